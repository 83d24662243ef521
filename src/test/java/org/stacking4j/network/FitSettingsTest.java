package org.stacking4j.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FitSettingsTest {

  @Test
  void defaults_areTheRecipes() {
    assertThat(FitSettings.defaults()).isEqualTo(new FitSettings(10, 128, 2.0, true));
  }

  @Test
  void epochs_negative() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FitSettings.defaults().withEpochs(-1))
        .withMessage("epochs must be >= 0, found -1");
  }

  @Test
  void batchSize_zero() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FitSettings.defaults().withBatchSize(0))
        .withMessage("batchSize must be >= 1, found 0");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.5, Double.NaN, Double.NEGATIVE_INFINITY})
  void gradientNormLimit_notAboveZero(double limit) {
    // NaN would compare false with every norm, and so switch the limit off unnoticed.
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FitSettings.defaults().withGradientNormLimit(limit))
        .withMessage("gradientNormLimit must be > 0 (infinity switches it off), found " + limit);
  }

  @Test
  void timeout_negative() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FitSettings.defaults().withTimeout(Duration.ofMillis(-1500)))
        .withMessage("timeout must be >= 0 (0 for none), found PT-1.5S");
  }

  @Test
  void limits_areAllowed() {
    FitSettings settings = new FitSettings(0, 1, Double.POSITIVE_INFINITY, false);

    assertThat(settings.epochs()).isZero();
    assertThat(settings.gradientNormLimit()).isInfinite();
  }

  @Test
  void with_changesOneThing() {
    FitSettings settings = new FitSettings(3, 4, 5, true);

    assertThat(settings.withEpochs(7)).isEqualTo(new FitSettings(7, 4, 5, true));
    assertThat(settings.withBatchSize(7)).isEqualTo(new FitSettings(3, 7, 5, true));
    assertThat(settings.withGradientNormLimit(7)).isEqualTo(new FitSettings(3, 4, 7, true));
    assertThat(settings.withUniformBiases(false)).isEqualTo(new FitSettings(3, 4, 5, false));
  }
}
