package org.stacking4j.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.PictureFolder;
import org.stacking4j.data.PictureSchema;
import org.stacking4j.evaluate.Flip;
import org.stacking4j.testing.TinyPictures;

final class ExamplesTest {
  @TempDir Path folder;
  private List<String> files = List.of();

  private JsonNode mended(PictureSchema schema) throws IOException {
    LabeledData rows = PictureFolder.load(folder, schema, List.of("x", "y"));
    ObjectNode into = JsonMapper.builder().build().createObjectNode();
    Examples.describe("soft vote", List.of(new Flip(1, 1, 1, 0.9, 0, 0.6)), rows, files, into);
    assertThat(into.get("broken")).isEmpty();
    return into.get("mended").get(0);
  }

  @Test
  void describe_showsAPictureInColourWithItsProportions() throws IOException {
    TinyPictures.colour(folder.resolve("x/1.png"), 3, 0, 0, 0);
    int[] pixels = {0xff0000, 0x00fe00, 0x0000fd, 0x010203, 0x808080, 0xffffff};
    TinyPictures.colour(folder.resolve("y/1.png"), 3, pixels);

    JsonNode row = mended(new PictureSchema(3, 2, 3));

    assertThat(row.get("row").asInt()).isEqualTo(1);
    assertThat(row.get("right").asText()).isEqualTo("y");
    BufferedImage shown =
        ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(row.get("png").asText())));
    int[] found = shown.getRGB(0, 0, 3, 2, null, 0, 3);
    for (int i = 0; i < 6; i++) {
      assertThat(found[i] & 0xffffff).isEqualTo(pixels[i]);
    }
  }

  @Test
  void describe_namesTheFile() throws IOException {
    TinyPictures.grey(folder.resolve("x/1.png"), 1, 0);
    TinyPictures.grey(folder.resolve("y/of b.png"), 1, 255);
    PictureSchema dot = new PictureSchema(1, 1, 1);
    assertThat(mended(dot).has("file")).isFalse();

    files = PictureFolder.testFiles(folder);

    assertThat(mended(dot).get("file").asText()).isEqualTo("y/of b.png");
  }

  @Test
  void describe_ofALargePicture_leavesItOut() throws IOException {
    TinyPictures.grey(folder.resolve("x/1.png"), 1, 0);
    TinyPictures.grey(folder.resolve("y/1.png"), 1, 255);

    assertThat(mended(new PictureSchema(64, 8, 1)).has("png")).isTrue();
    assertThat(mended(new PictureSchema(65, 8, 1)).has("png")).isFalse();
  }
}
