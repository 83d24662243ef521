package org.stacking4j.cli;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.stacking4j.data.DidYouMean;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;

/** Says what is wrong with a command line, in the words of whoever wrote it. */
final class UseErrors {
  private UseErrors() {}

  static String inWords(CommandLine.ParameterException wrong) {
    @Nullable ArgSpec argument = wrong.getArgSpec();
    if (wrong instanceof CommandLine.UnmatchedArgumentException unmatched) {
      return unmatched(wrong.getCommandLine(), unmatched.getUnmatched().get(0));
    }
    if (argument instanceof CommandLine.Model.OptionSpec option
        && wrong.getValue() != null
        && isWhole(option.type())) {
      return option.longestName()
          + ": expected a whole number"
          + ", found '"
          + wrong.getValue()
          + "'";
    }
    List<String> commands = commands(wrong.getCommandLine());
    return commands.isEmpty()
        ? String.valueOf(wrong.getMessage())
        : "a command is missing; use one of " + String.join(", ", commands);
  }

  private static List<String> commands(CommandLine command) {
    return List.copyOf(command.getSubcommands().keySet());
  }

  private static boolean isWhole(Class<?> type) {
    return Set.of(int.class, Integer.class, Long.class).contains(type);
  }

  private static String unmatched(CommandLine command, String word) {
    if (word.startsWith("-")) {
      String name = word.replaceFirst("=.*", "");
      Stream<String> names = command.getCommandSpec().optionsMap().keySet().stream();
      return "unknown option '"
          + name
          + "'"
          + DidYouMean.after(name, names.filter(known -> known.startsWith("--")).toList());
    }
    List<String> commands = commands(command);
    if (!commands.isEmpty()) {
      return "unknown command '"
          + word
          + "'"
          + DidYouMean.between(word, commands)
          + "use one of "
          + String.join(", ", commands);
    }
    return "'"
        + word
        + "' belongs to no option"
        + (command.getCommandSpec().findOption("--data") == null
            ? ""
            : "; data is named by --data, such as --data csv:FILE or --data images:DIR");
  }
}
