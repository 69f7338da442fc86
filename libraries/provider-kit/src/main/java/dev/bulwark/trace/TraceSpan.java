package dev.bulwark.trace;

/**
 * A span that runs, for the thread that began it. Attributes hold no secret, no name and no id of a
 * user, session or token: whoever may read traces may not read these.
 */
public interface TraceSpan extends AutoCloseable {

  /** Records nothing. */
  TraceSpan NONE = new NoSpan();

  /** Adds an attribute. */
  void set(String name, String value);

  /** Adds an attribute. */
  void set(String name, long value);

  /** Adds an attribute. */
  void set(String name, double value);

  /**
   * Marks the work as failed.
   *
   * @param type the attribute {@code error.type}: one of few words, not the message of an exception
   */
  void failed(String type);

  /** Ends the span. */
  @Override
  void close();
}
