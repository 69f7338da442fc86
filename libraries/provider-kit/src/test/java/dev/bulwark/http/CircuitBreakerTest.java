package dev.bulwark.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {

  @Test
  void opensTriesOnceAndCloses() {
    AtomicLong clock = new AtomicLong();
    CircuitBreaker breaker = new CircuitBreaker(2, Duration.ofNanos(100), clock::get);
    breaker.failed();
    assertThat(breaker.mayAsk()).isTrue();
    breaker.succeeded();
    breaker.failed();
    assertThat(breaker.mayAsk()).as("failures in a row count").isTrue();
    breaker.failed();
    assertThat(breaker.mayAsk()).isFalse();
    clock.set(99);
    assertThat(breaker.mayAsk()).isFalse();
    clock.set(100);
    assertThat(breaker.mayAsk()).isTrue();
    assertThat(breaker.mayAsk()).as("one try at a time").isFalse();
    breaker.failed();
    clock.set(199);
    assertThat(breaker.mayAsk()).isFalse();
    clock.set(200);
    assertThat(breaker.mayAsk()).isTrue();
    breaker.succeeded();
    assertThat(breaker.isOpen()).isFalse();
    assertThat(breaker.isOpen(Duration.ofNanos(50))).isFalse();
    breaker.pause(Duration.ofNanos(1000));
    clock.set(1199);
    assertThat(breaker.mayAsk()).isFalse();
    clock.set(1200);
    assertThat(breaker.mayAsk()).isTrue();
  }

  @Test
  void afterATimeWithoutATryNobodyKnowsWhetherTheServiceFails() {
    AtomicLong clock = new AtomicLong();
    CircuitBreaker breaker = new CircuitBreaker(1, Duration.ofNanos(100), clock::get);
    breaker.failed();
    clock.set(150);
    assertThat(breaker.isOpen(Duration.ofNanos(50))).isTrue();
    clock.set(151);
    assertThat(breaker.isOpen(Duration.ofNanos(50))).isFalse();
    assertThat(breaker.isOpen()).isTrue();
    assertThat(breaker.mayAsk()).isTrue();
    breaker.failed();
    assertThat(breaker.isOpen(Duration.ofNanos(50))).isTrue();
  }
}
