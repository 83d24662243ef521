package org.stacking4j;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stacking4j.data.PictureSchema;
import org.stacking4j.data.TableSchema;
import org.stacking4j.data.Task;
import org.stacking4j.meta.DroppedMember;
import org.stacking4j.meta.Prediction;
import org.stacking4j.network.Trainer;

/**
 * What is in a saved ensemble, read without building its networks. Immutable.
 *
 * @param formatVersion of the archive
 * @param bytes size of the archive
 * @param task what it answers
 * @param outputs names of its classes or targets
 * @param columns how many features it takes
 * @param table the columns of the table that these are made of; empty where there was none
 * @param label the column of that table that held the labels; empty for targets, or if nobody knows
 * @param pictures size and channels of the pictures that they are made of, or null for none
 * @param prediction which of the members' networks answer for new rows
 * @param combiner what combines the members, in words
 * @param temperature what the logits are divided by, 1 for nothing
 * @param passThrough which features are passed through to meta networks, from 0
 * @param members that are networks
 * @param stacks members that are stacks, behind them
 * @param dropped members that left because a fit failed
 * @param provenance where it comes from, or null before format version 7
 */
public record ArchiveSummary(
    int formatVersion,
    long bytes,
    Task task,
    List<String> outputs,
    int columns,
    List<TableSchema.Column> table,
    String label,
    @Nullable PictureSchema pictures,
    Prediction prediction,
    String combiner,
    double temperature,
    List<Integer> passThrough,
    List<Network> members,
    List<Stack> stacks,
    List<DroppedMember> dropped,
    @Nullable Provenance provenance) {

  /**
   * A member that is a network.
   *
   * @param name its name
   * @param folds how many networks it has that each lack a fold of the rows
   * @param allRows whether it has one of all rows
   * @param parameters of each
   * @param epochs of each
   * @param trainer of each
   * @param columns which features it sees, from 0; empty for all
   */
  public record Network(
      String name,
      int folds,
      boolean allRows,
      long parameters,
      int epochs,
      Trainer trainer,
      List<Integer> columns) {
    /**
     * Copies the columns.
     *
     * @param name its name
     * @param folds how many networks of folds it has
     * @param allRows whether it has a network of all rows
     * @param parameters of each
     * @param epochs of each
     * @param trainer of each
     * @param columns which features it sees, from 0; empty for all
     */
    public Network {
      columns = List.copyOf(columns);
    }
  }

  /**
   * A member that is a stack.
   *
   * @param name its name
   * @param folds how many ensembles it has that each lack a fold of the rows
   * @param allRows whether it has one of all rows
   * @param members of each ensemble that are networks
   * @param stacks of each ensemble
   */
  public record Stack(
      String name, int folds, boolean allRows, List<Network> members, List<Stack> stacks) {
    /**
     * Copies the lists.
     *
     * @param name its name
     * @param folds how many ensembles of folds it has
     * @param allRows whether it has an ensemble of all rows
     * @param members of each ensemble that are networks
     * @param stacks of each ensemble
     */
    public Stack {
      members = List.copyOf(members);
      stacks = List.copyOf(stacks);
    }
  }

  /**
   * Copies the lists.
   *
   * @param formatVersion of the archive
   * @param bytes size of the archive
   * @param task what it answers
   * @param outputs names of its classes or targets
   * @param columns how many features it takes
   * @param table the columns of its table, or none
   * @param label the column that held the labels, or empty
   * @param pictures size and channels of its pictures, or null
   * @param prediction which networks answer for new rows
   * @param combiner what combines the members, in words
   * @param temperature what the logits are divided by
   * @param passThrough features that meta networks see, from 0
   * @param members that are networks
   * @param stacks members that are stacks
   * @param dropped members that left because a fit failed
   * @param provenance where it comes from, or null
   */
  public ArchiveSummary {
    outputs = List.copyOf(outputs);
    table = List.copyOf(table);
    passThrough = List.copyOf(passThrough);
    members = List.copyOf(members);
    stacks = List.copyOf(stacks);
    dropped = List.copyOf(dropped);
  }

  /**
   * Reads what an archive says of itself.
   *
   * @param file the archive
   * @return what is in the archive
   * @throws IOException if the file cannot be read or is no archive of an ensemble; damage in what
   *     is not looked at remains unseen
   */
  public static ArchiveSummary read(Path file) throws IOException {
    return EnsembleArchive.summary(file);
  }
}
