package org.stacking4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.PictureColour;
import org.stacking4j.data.PictureFolder;
import org.stacking4j.data.PictureSize;
import org.stacking4j.data.TrainTest;
import org.stacking4j.evaluate.Evaluation;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;

/** Fits an ensemble on a folder that has a folder of pictures for each class. */
final class FitPictures {
  private FitPictures() {}

  static Evaluation run(Path folder) throws IOException {
    PictureSize size = new PictureSize(16, 16);
    TrainTest data = PictureFolder.load(folder, size, PictureColour.AUTO, 0.25, 1);
    int pixels = data.train().columns();
    int classes = data.train().classes();
    FitSettings settings = new FitSettings(20, 8, 2.0, true);
    StackingConfig config =
        StackingConfig.builder()
            .member(new Member("one", Mlp.base(pixels, classes, 32), settings))
            .member(new Member("two", Mlp.base(pixels, classes, 32, 32), settings))
            .build();
    return StackingEnsemble.fit(config, data.train()).evaluate(data.test());
  }
}
