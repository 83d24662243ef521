package org.stacking4j.data;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Optional;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * How much memory there is, in bytes. Immutable.
 *
 * @param machine what the machine has, or the container that the process is in
 * @param process how much of it the process may have in all, Java's heap included: beyond that
 *     JavaCPP, through which arrays are made, refuses to make more
 * @param heap the largest that Java's heap becomes
 */
public record Memory(long machine, long process, long heap) {
  /** {@return the memory of this process} */
  public static Memory ofThisProcess() {
    long machine =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    long most = Pointer.maxPhysicalBytes(); // 0 for no limit
    return new Memory(
        machine, most > 0 ? Math.min(most, machine) : machine, Runtime.getRuntime().maxMemory());
  }

  /**
   * Checks that so much can be there at all.
   *
   * @param what takes it, in words
   * @param bytes how much it takes
   * @throws IllegalArgumentException if it is more than there is, with both and what to do
   */
  public void check(String what, long bytes) {
    if (bytes > process) {
      throw new IllegalArgumentException(
          what
              + " take "
              + inWords(bytes)
              + ", but "
              + limit()
              + ": take fewer rows"
              + mend(bytes));
    }
  }

  /** {@return what there is, in words: {@code this machine has 24.0 GB}} */
  public String limit() {
    return process < machine
        ? "this process may have " + inWords(process) + " of the machine's " + inWords(machine)
        : "this machine has " + inWords(machine);
  }

  /**
   * {@return how to have more than the process may, as the end of a list; empty if there is no
   * more}
   *
   * @param bytes how much is needed
   */
  public String mend(long bytes) {
    return bytes <= machine && process < machine
        ? ", or let it have more (-Xmx, or -Dorg.bytedeco.javacpp.maxphysicalbytes=0 for no limit)"
        : ", or a machine with more memory";
  }

  /**
   * What was too much, if something failed because memory ended, in Java's heap or outside.
   *
   * @param failure what was thrown, with its causes
   * @return what the innermost cause says, which knows the limit
   */
  public static Optional<String> shortage(Throwable failure) {
    @Nullable String found = null;
    for (@Nullable Throwable e = failure; e != null; e = e.getCause()) {
      // Native code has no exception of Java's for it.
      if (e instanceof OutOfMemoryError || String.valueOf(e.getMessage()).contains("bad_alloc")) {
        found = String.valueOf(e.getMessage());
      }
    }
    return Optional.ofNullable(found);
  }

  /**
   * {@return a number of bytes in words: {@code 120 MB}, {@code 24.0 GB}}
   *
   * @param bytes how many, 0 or more
   */
  public static String inWords(long bytes) {
    return bytes < 10_000_000_000L
        ? String.format(Locale.ROOT, "%d MB", Math.max(1, bytes / 1_000_000))
        : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
  }
}
