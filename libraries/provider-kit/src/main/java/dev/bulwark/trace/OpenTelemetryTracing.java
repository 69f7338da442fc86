package dev.bulwark.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.tracing.NoopTracingProvider;
import org.keycloak.tracing.TracingProvider;

/** Makes spans with Keycloak's OpenTelemetry. */
final class OpenTelemetryTracing implements Tracing {

  private static final String NAME = "dev.bulwark";

  private final Tracer tracer;

  OpenTelemetryTracing(Tracer tracer) {
    this.tracer = tracer;
  }

  /** Null where tracing is off. */
  static @Nullable Tracing of(KeycloakSessionFactory factory) {
    try (KeycloakSession session = factory.create()) {
      @Nullable TracingProvider provider = session.getProvider(TracingProvider.class);
      if (provider == null || provider instanceof NoopTracingProvider) {
        return null;
      }
      String version = OpenTelemetryTracing.class.getPackage().getImplementationVersion();
      return new OpenTelemetryTracing(
          provider.getTracer(NAME, version == null ? "development" : version));
    }
  }

  @Override
  public TraceSpan child(String name) {
    return isRecording() ? start(name, SpanKind.INTERNAL) : TraceSpan.NONE;
  }

  @Override
  public TraceSpan clientChild(String name) {
    return isRecording() ? start(name, SpanKind.CLIENT) : TraceSpan.NONE;
  }

  @Override
  public TraceSpan begin(String name) {
    return start(name, SpanKind.INTERNAL);
  }

  private static boolean isRecording() {
    return Span.current().isRecording();
  }

  // The span that is returned closes its scope, and callers close the span.
  @SuppressWarnings("MustBeClosedChecker")
  private TraceSpan start(String name, SpanKind kind) {
    Span span = tracer.spanBuilder(name).setSpanKind(kind).startSpan();
    return new Running(span, span.makeCurrent());
  }

  @Override
  public Runnable carry(Runnable task) {
    return Context.current().wrap(task);
  }

  private record Running(Span span, Scope scope) implements TraceSpan {

    @Override
    public void set(String name, String value) {
      span.setAttribute(name, value);
    }

    @Override
    public void set(String name, long value) {
      span.setAttribute(name, value);
    }

    @Override
    public void set(String name, double value) {
      span.setAttribute(name, value);
    }

    @Override
    public void failed(String type) {
      // No description and no event of the exception: its message may hold a key or an address.
      span.setAttribute("error.type", type);
      span.setStatus(StatusCode.ERROR);
    }

    @Override
    public void close() {
      scope.close();
      span.end();
    }
  }
}
