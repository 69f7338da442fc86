package dev.bulwark.trace;

/** Makes spans. Apart from {@link Spans}, so that nothing of OpenTelemetry is loaded without it. */
interface Tracing {

  /** A span of work of the bundle itself, below the current one if that is recorded. */
  TraceSpan child(String name);

  /** A span of a call to another system, below the current one if that is recorded. */
  TraceSpan clientChild(String name);

  /** A span below the current one, or of a new trace where there is none. */
  TraceSpan begin(String name);

  /** The task with the span that is current now. */
  Runnable carry(Runnable task);
}
