package dev.bulwark.ratelimit.known;

import dev.bulwark.benchmarks.Bound;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures the cost of the device cookie in a login, without the lookups, which Keycloak answers
 * from its caches. The cookie is read, verified for the realm and the user, and issued again. It
 * has five users, of whom the last one logs in. In the package of the cookie, whose parts are not
 * public.
 */
public final class DeviceCookieTime implements Measurement {

  private static final double MOST_MICROS = 100;
  private static final String REALM = "8f6f3cf6-3a35-4be8-a4e6-0a61a3c0c5b5";

  private final Plan plan;

  /** A measurement with as many logins as the plan says. */
  public DeviceCookieTime(Plan plan) {
    this.plan = plan;
  }

  @Override
  public String name() {
    return "device-cookie";
  }

  @Override
  public void measure(Report report) {
    SecureRandom random = new SecureRandom();
    byte[] secret = new byte[64];
    random.nextBytes(secret);
    DeviceCookie cookie = DeviceCookie.EMPTY;
    for (int user = DeviceCookie.MAX_PROOFS; user > 0; user--) {
      cookie = cookie.with(issue(secret, user, random), null);
    }
    String text = cookie.write();
    int logins = plan.count(20_000, 2_000);
    time(secret, text, random, logins);
    List<Double> rounds = new ArrayList<>();
    for (int i = 0; i < plan.count(10, 3); i++) {
      rounds.add(time(secret, text, random, logins));
    }
    Samples time = Samples.of(rounds);
    report.target(
        "The device cookie of a login, five users in it, the last one logs in",
        Samples.number(time.median(), 1) + " µs",
        time.spread(1),
        "≤ 100 µs",
        Samples.number(time.median(), 1) + " µs",
        Bound.atMost(time.median(), MOST_MICROS));
  }

  /** Microseconds of processor time of a login: a busy machine does not change them much. */
  private static double time(byte[] secret, String text, SecureRandom random, int logins) {
    int written = 0;
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();
    for (int i = 0; i < logins; i++) {
      DeviceCookie cookie = DeviceCookie.read(text);
      // As KnownDevices: for the realm, for the user, and once more when the user is in.
      boolean any = cookie.proofs().get(0).isOf(secret, REALM);
      DeviceProof before = find(cookie, secret);
      DeviceProof after = find(cookie, secret);
      if (!any || before != after) {
        throw new IllegalStateException("the cookie is not known");
      }
      written +=
          cookie.with(issue(secret, DeviceCookie.MAX_PROOFS, random), after).write().length();
    }
    double micros = (threads.getCurrentThreadCpuTime() - start) / 1e3 / logins;
    if (written == 0) {
      throw new IllegalStateException("nothing was written");
    }
    return micros;
  }

  private static DeviceProof find(DeviceCookie cookie, byte[] secret) {
    for (DeviceProof proof : cookie.proofs()) {
      if (proof.isOf(secret, REALM, user(DeviceCookie.MAX_PROOFS), "stamp")
          && proof.isFresh(0, 90)) {
        return proof;
      }
    }
    throw new IllegalStateException("the user is not known");
  }

  private static DeviceProof issue(byte[] secret, int user, SecureRandom random) {
    byte[] device = new byte[DeviceProof.DEVICE_BYTES];
    random.nextBytes(device);
    return DeviceProof.issue(secret, REALM, user(user), "stamp", device, 0);
  }

  private static String user(int number) {
    return "0c1f7d55-0b9d-4a8f-9d0e-00000000000" + number;
  }
}
