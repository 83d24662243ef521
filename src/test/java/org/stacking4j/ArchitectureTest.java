package org.stacking4j;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.dataset.DataSet;
import org.stacking4j.fused.FusedNetwork;

/** The order of the packages, and the habits that reproducible results rest on. */
@AnalyzeClasses(packages = "org.stacking4j", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
  private static final String ROOT = "org.stacking4j";

  /** The stations of the data's way; each knows only those before it. */
  private static final List<String> STATIONS =
      List.of(
          ROOT + ".data",
          ROOT + ".fused",
          ROOT + ".network",
          ROOT + ".train",
          ROOT + ".meta",
          ROOT + ".evaluate",
          ROOT + ".combine",
          ROOT,
          ROOT + ".spark",
          ROOT + ".experiment",
          ROOT + ".report",
          ROOT + ".cli");

  @ArchTest
  static final ArchRule packages_areFreeOfCycles =
      slices().matching(ROOT + ".(*)..").should().beFreeOfCycles();

  @ArchTest
  static void packages_useOnlyThoseBeforeThem(JavaClasses classes) {
    for (int i = 0; i < STATIONS.size(); i++) {
      String[] later = STATIONS.subList(i + 1, STATIONS.size()).toArray(String[]::new);
      if (later.length > 0) {
        noClasses()
            .that(resideInAPackage(STATIONS.get(i)))
            .should()
            .dependOnClassesThat(resideInAnyPackage(later))
            .allowEmptyShould(true) // experiment and cli come last, and may not be there yet
            .check(classes);
      }
    }
  }

  @ArchTest
  static void packages_areAllOnTheWay(JavaClasses classes) {
    // A package that is not in the list above would be free to use any other.
    Set<String> found = classes.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());

    assertThat(STATIONS).containsAll(found);
    assertThat(found).containsAll(STATIONS.subList(0, 8));
  }

  @ArchTest
  static final ArchRule evaluate_knowsLabelsAndProbabilitiesOnly =
      noClasses()
          .that()
          .resideInAPackage(ROOT + ".evaluate")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(
                  ROOT + ".network", ROOT + ".train", ROOT + ".meta", ROOT + ".combine"));

  @ArchTest
  static final ArchRule spark_isKnownInItsPackageOnly =
      noClasses()
          .that(not(resideInAPackage(ROOT + ".spark")))
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("org.apache.spark..", "org.apache.hadoop..", "scala.."))
          .because("users without Spark have none of these");

  @ArchTest
  static final ArchRule training_isInTheStepsOfTheNetworkFitterOnly =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName(ROOT + ".train.Dl4jSteps")
          .should()
          .callMethodWhere(
              describe(
                  "fit of a MultiLayerNetwork",
                  call ->
                      call.getTarget().getName().equals("fit")
                          && call.getTargetOwner()
                              .getName()
                              .equals("org.deeplearning4j.nn.multilayer.MultiLayerNetwork")));

  @ArchTest
  static final ArchRule fusedNetworks_areTrainedByTheNetworkFitterOnly =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName(ROOT + ".train.FusedSteps")
          .and()
          .resideOutsideOfPackage(ROOT + ".fused")
          .should()
          .callMethod(
              FusedNetwork.class, "step", int[].class, float[].class, float[].class, float[].class);

  @ArchTest
  static final ArchRule randomness_comesFromSeeds =
      noClasses()
          .should()
          .dependOnClassesThat(
              describe(
                  "draw random numbers that no seed decides",
                  type ->
                      Set.of(
                              "java.util.Random",
                              "java.util.concurrent.ThreadLocalRandom",
                              "java.security.SecureRandom")
                          .contains(type.getName())))
          .orShould()
          .callMethod(Math.class, "random")
          .orShould()
          .callConstructor(SplittableRandom.class) // its seed would be the clock's
          .orShould()
          .callMethod(Collections.class, "shuffle", List.class);

  @ArchTest
  static final ArchRule clock_isNoSeed =
      noClasses().should().callMethod(System.class, "currentTimeMillis");

  @ArchTest
  static final ArchRule text_doesNotDependOnTheLocale =
      noClasses()
          .should()
          .callMethodWhere(
              describe(
                  "a method of String that takes the default locale",
                  call -> {
                    int parameters = call.getTarget().getRawParameterTypes().size();
                    return call.getTargetOwner().isEquivalentTo(String.class)
                        && switch (call.getTarget().getName()) {
                          case "format" -> parameters == 2;
                          case "toLowerCase", "toUpperCase" -> parameters == 0;
                          case "formatted" -> true;
                          default -> false;
                        };
                  }))
          .because("digits, decimal points and the Turkish i differ; name Locale.ROOT");

  @ArchTest
  static final ArchRule files_areNoSerialisedObjects =
      noClasses()
          .should()
          .dependOnClassesThat()
          .belongToAnyOf(ObjectInputStream.class)
          .orShould()
          .dependOnClassesThat(
              describe(
                  "deserialise Java objects",
                  type -> type.getName().equals("org.deeplearning4j.util.ModelSerializer")));

  @ArchTest
  static final ArchRule console_belongsToTheCommandLine =
      noClasses()
          .that(not(resideInAPackage(ROOT + ".cli..")))
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err");

  @ArchTest
  static void rules_canFail(JavaClasses ignored) {
    // A rule with a typing error in it would pass for ever.
    JavaClasses offender = new ClassFileImporter().importClasses(Offender.class);

    for (ArchRule rule :
        List.of(
            randomness_comesFromSeeds,
            clock_isNoSeed,
            text_doesNotDependOnTheLocale,
            files_areNoSerialisedObjects,
            training_isInTheStepsOfTheNetworkFitterOnly,
            fusedNetworks_areTrainedByTheNetworkFitterOnly,
            console_belongsToTheCommandLine)) {
      assertThat(rule.evaluate(offender).hasViolation()).as(rule.getDescription()).isTrue();
    }
    assertThat(text_doesNotDependOnTheLocale.evaluate(offender).getFailureReport().getDetails())
        .hasSize(3);
  }

  /** Does everything it must not. */
  @SuppressWarnings("all")
  static final class Offender {
    int random() {
      return new Random().nextInt();
    }

    long clock() {
      return System.currentTimeMillis();
    }

    String text(double number) {
      return String.format("%.2f", number).toLowerCase() + "i".toUpperCase();
    }

    Object read(InputStream in) throws IOException, ClassNotFoundException {
      return new ObjectInputStream(in).readObject();
    }

    void train(MultiLayerNetwork network, DataSet rows, FusedNetwork fused) {
      network.fit(rows);
      fused.step(new int[1], new float[1], null, null);
    }

    void print() {
      System.out.println();
    }
  }
}
