package org.stacking4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import org.stacking4j.data.Memory;
import org.stacking4j.train.FitException;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The commands of Stacking4j. Exit codes: 0 done, 1 failed, 2 asked for something impossible. */
@Command(
    name = "stacking4j",
    description = "Stacking ensembles of neural networks on Deeplearning4j.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    footer = {
      "",
      "A first look:   stacking4j demo",
      "Data of yours:  stacking4j fit --data csv:FILE --label COLUMN --out DIR",
      "All options:    stacking4j COMMAND --help",
      "",
      "Exit codes: 0 done, 1 failed, 2 asked for something impossible."
    },
    synopsisSubcommandLabel = "COMMAND")
public final class Main {
  private static final int FAILED = 1;

  private Main() {}

  /**
   * Runs a command and ends the process with its exit code.
   *
   * @param args the command with its options
   */
  public static void main(String[] args) {
    setIfAbsent("java.awt.headless", "true"); // pictures are read and written, never shown
    quiet();
    Charset charset = Charset.defaultCharset();
    System.exit(
        run(
            new PrintWriter(System.out, true, charset),
            new PrintWriter(System.err, true, charset),
            true,
            args));
  }

  /** Libraries below say what they are at start-up; here only warnings are worth a line. */
  private static void quiet() {
    setIfAbsent("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    setIfAbsent("org.slf4j.simpleLogger.showThreadName", "false");
    setIfAbsent("org.slf4j.simpleLogger.showLogName", "false");
  }

  private static void setIfAbsent(String key, String value) {
    if (System.getProperty(key) == null) {
      System.setProperty(key, value);
    }
  }

  /**
   * Runs a command.
   *
   * @param out where results go
   * @param err where progress and errors go
   * @return the exit code
   */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    return run(out, err, false, args);
  }

  private static int run(PrintWriter out, PrintWriter err, boolean live, String... args) {
    Supplier<Output> output =
        () -> new Output(out, err, live); // its options are each command's own
    CommandLine commands =
        new CommandLine(new Main())
            .addSubcommand(new DemoCommand(output.get()))
            .addSubcommand(new FitCommand(output.get()))
            .addSubcommand(new PlanCommand(output.get()))
            .addSubcommand(new PredictCommand(output.get()))
            .addSubcommand(new EvaluateCommand(output.get()))
            .addSubcommand(new FeaturesCommand(output.get()))
            .addSubcommand(new InspectCommand(output.get()))
            .addSubcommand(new AuditCommand(output.get()))
            .addSubcommand(new ReportCommand(output.get()))
            .addSubcommand(new AutoComplete.GenerateCompletion())
            .setOut(out)
            .setErr(err)
            .setParameterExceptionHandler(Main::explainUse)
            .setExecutionExceptionHandler(
                (failure, command, parsed) -> explain(failure, command, args));
    try {
      return commands.execute(args);
    } catch (OutOfMemoryError e) {
      Output.fail(
          "memory ran out ("
              + Memory.shortage(e).orElseThrow()
              + "); take fewer rows, or give Java more by -Xmx, which raises the limit outside of"
              + " its heap too",
          List.of(args),
          out,
          err);
      return FAILED;
    }
  }

  private static int explainUse(CommandLine.ParameterException wrong, String[] args) {
    CommandLine command = wrong.getCommandLine();
    PrintWriter err = command.getErr();
    Output.fail(UseErrors.inWords(wrong), List.of(args), command.getOut(), err);
    err.println("See: " + command.getCommandSpec().qualifiedName() + " --help");
    return CommandLine.ExitCode.USAGE;
  }

  /** One sentence for whatever goes wrong; a stack trace only for what nobody foresaw. */
  private static int explain(Exception failure, CommandLine command, String[] args) {
    if (Interruption.asked()) {
      return FAILED; // the process ends, and has said so
    }
    boolean foreseen =
        failure instanceof IllegalArgumentException
            || failure instanceof IOException
            || failure instanceof FitException
            || failure instanceof CancellationException;
    Output.fail(
        foreseen
            ? String.valueOf(failure.getMessage())
            : "unexpected error, please report it: " + failure,
        List.of(args),
        command.getOut(),
        command.getErr());
    if (!foreseen) {
      failure.printStackTrace(command.getErr());
    }
    return failure instanceof IllegalArgumentException ? CommandLine.ExitCode.USAGE : FAILED;
  }

  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"stacking4j " + (version == null ? "development" : version)};
    }
  }
}
