package dev.bulwark.server.process;

/** What the exit code of a server tells about its end, for an error message. */
final class ExitStatus {

  /** Of a process that SIGKILL has ended, as shells and Java report it. */
  private static final int KILLED = 137;

  private static final int NOT_FOUND = 127;
  private static final int NOT_EXECUTABLE = 126;

  private ExitStatus() {}

  /** Returns the exit code, and its usual reason where there is one. */
  static String of(int exitCode) {
    String code = "exit code " + exitCode;
    return switch (exitCode) {
      case KILLED ->
          code
              + ": the system has killed it, usually because too little memory is free. Close"
              + " other programs, or give the machine or container more memory, and try again";
      case NOT_FOUND, NOT_EXECUTABLE ->
          code + ": a program is missing or must not be run; the log names it";
      default -> code;
    };
  }
}
