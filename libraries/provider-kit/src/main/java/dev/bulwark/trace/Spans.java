package dev.bulwark.trace;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.PostMigrationEvent;

/**
 * Spans of the bundle in Keycloak's traces. While tracing is off, and before the server has
 * started, every method returns {@link TraceSpan#NONE} or what it was given, after one look at a
 * field. Thread-safe.
 */
public final class Spans {

  private volatile @Nullable Tracing tracing;

  /** Makes none until {@link #startWith}. */
  public Spans() {}

  /** For tests. */
  Spans(Tracing tracing) {
    this.tracing = tracing;
  }

  /** Makes spans from the start of the server on, where its tracing is on. */
  public void startWith(KeycloakSessionFactory factory) {
    factory.register(
        event -> {
          if (event instanceof PostMigrationEvent) {
            tracing = OpenTelemetryTracing.of(factory);
          }
        });
  }

  /**
   * Begins a span of work of the bundle, below the current span. There is none where the current
   * span is not recorded.
   *
   * @param name a constant: it groups the spans
   */
  public TraceSpan child(String name) {
    Tracing on = tracing;
    return on == null ? TraceSpan.NONE : on.child(name);
  }

  /**
   * Begins a span of a call to another system, below the current span. There is none where the
   * current span is not recorded.
   *
   * @param name a constant: it groups the spans
   */
  public TraceSpan clientChild(String name) {
    Tracing on = tracing;
    return on == null ? TraceSpan.NONE : on.clientChild(name);
  }

  /**
   * Begins a span below the current one. Where there is none, it is the first of a trace, for work
   * in the background.
   *
   * @param name a constant: it groups the spans
   */
  public TraceSpan begin(String name) {
    Tracing on = tracing;
    return on == null ? TraceSpan.NONE : on.begin(name);
  }

  /** An executor whose tasks run below the span that was current when they were handed over. */
  public Executor carrying(Executor executor) {
    return task -> {
      Tracing on = tracing;
      executor.execute(on == null ? task : on.carry(task));
    };
  }
}
