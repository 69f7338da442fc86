package dev.bulwark.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.keycloak.models.KeycloakSessionFactory;

class MailQueueTest {

  private final CountDownLatch added = new CountDownLatch(1);
  private final CountDownLatch tried = new CountDownLatch(2);

  /** Has no session for anybody. */
  private final KeycloakSessionFactory factory =
      (KeycloakSessionFactory)
          Proxy.newProxyInstance(
              KeycloakSessionFactory.class.getClassLoader(),
              new Class<?>[] {KeycloakSessionFactory.class},
              (proxy, method, arguments) -> {
                throw new IllegalStateException("no database");
              });

  /** Counts no mail that is to be sent again. */
  private final SimpleMeterRegistry registry =
      new SimpleMeterRegistry() {
        @Override
        protected Counter newCounter(Meter.Id id) {
          if ("retried".equals(id.getTag("outcome"))) {
            awaitBoth();
            tried.countDown();
            throw new NoClassDefFoundError("no");
          }
          return super.newCounter(id);
        }
      };

  /** K10: an error while the failure of one mail is noted ends the thread. */
  @Test
  void anErrorHoldsUpNoOtherMail() throws InterruptedException {
    try (MailQueue queue = new MailQueue(factory, new NotificationMetrics(registry))) {
      queue.add(mail("1"));
      queue.add(mail("2"));
      added.countDown();
      assertThat(tried.await(1, TimeUnit.MINUTES)).isTrue();
    }
  }

  private void awaitBoth() {
    try {
      added.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Notification mail(String user) {
    long now = System.currentTimeMillis();
    return new Notification(
        Occasion.API_KEY_CHANGED, "realm", user, now, null, null, null, null, null, null);
  }
}
