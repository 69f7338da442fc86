package dev.bulwark.it.password;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.ForeignHash;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * L3: what a wrong password tells of an account, by status, text and time, over 500 attempts of
 * each kind in turn. Brute-force protection is on, as shipped; each account is used too rarely to
 * be locked, but for those that are to be.
 */
@Tag("full")
@SharedRealm(bruteForceProtection = true)
class EnumerationIT {

  private static final int ATTEMPTS = 500;

  /** Of each kind for each test: fewer than 10 failures each. */
  private static final int ACCOUNTS = 84;

  private static final int WARM_UP = 20;
  private static final double TOLERANCE = 0.05;
  private static final String WRONG = "not-the-battery";
  private static final String BCRYPT =
      "$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW";

  private final TestStack stack = TestStack.get();
  private final Realm realm = stack.realm();

  private enum Kind {
    UNKNOWN,
    KNOWN,
    LOCKED,
    BCRYPT;

    /** The form has accounts of its own. */
    String user(boolean form, int number) {
      return name().toLowerCase(Locale.ROOT)
          + (form ? "-f" : "-g")
          + Math.floorMod(number, ACCOUNTS);
    }
  }

  @BeforeAll
  static void accounts() {
    AdminApi admin = TestStack.get().admin();
    // Until the test is over; and whoever is locked stays so.
    admin
        .put(
            "/realms/app",
            "{\"waitIncrementSeconds\":3600,\"minimumQuickLoginWaitSeconds\":3600,"
                + "\"maxFailureWaitSeconds\":36000}")
        .expect(204);
    Users users = new Users(admin);
    Realm realm = TestStack.get().realm();
    for (boolean form : new boolean[] {false, true}) {
      for (int i = 0; i < ACCOUNTS; i++) {
        users.createWithPassword(Kind.KNOWN.user(form, i), "the-battery-of-" + i);
        users.createWithHash(
            Kind.BCRYPT.user(form, i), ForeignHash.parse(BCRYPT, CostLimits.DEFAULT));
        users.createWithPassword(Kind.LOCKED.user(form, i), "the-battery-of-" + i);
        lock(admin, realm, Kind.LOCKED.user(form, i));
      }
    }
  }

  private static void lock(AdminApi admin, Realm realm, String name) {
    String path = "/realms/app/attack-detection/brute-force/users/" + admin.userId(name);
    for (int tries = 0; tries < 100 && !isLocked(admin, path); tries++) {
      realm.login(name, WRONG, "openid").expect(400);
    }
    assertThat(isLocked(admin, path)).isTrue();
  }

  private static boolean isLocked(AdminApi admin, String path) {
    return admin.get(path).expect(200).json().get("disabled").asBoolean();
  }

  @Test
  void thePasswordGrant() {
    Map<Kind, double[]> times = new EnumMap<>(Kind.class);
    Set<String> answers = new HashSet<>();
    for (int i = -WARM_UP; i < ATTEMPTS; i++) {
      for (Kind kind : Kind.values()) {
        long start = System.nanoTime();
        Response answer = realm.login(kind.user(false, i), WRONG, "openid");
        keep(times, kind, i, start);
        answers.add(answer.status() + " " + answer.body());
      }
    }
    assertThat(answers).hasSize(1);
    report("password grant", times);
    double unknown = median(times, Kind.UNKNOWN);
    for (Kind kind : List.of(Kind.KNOWN, Kind.LOCKED)) {
      assertThat(difference(median(times, kind), unknown)).as(kind.name()).isLessThan(TOLERANCE);
    }
  }

  @Test
  void theForm() {
    Map<Kind, double[]> times = new EnumMap<>(Kind.class);
    Set<String> answers = new HashSet<>();
    for (int i = -WARM_UP; i < ATTEMPTS; i++) {
      for (Kind kind : Kind.values()) {
        String name = kind.user(true, i);
        FormBrowser browser = new FormBrowser(stack.url());
        FormBrowser.Page form = browser.open(address());
        long start = System.nanoTime();
        FormBrowser.Page page = browser.submit(form, Map.of("username", name, "password", WRONG));
        keep(times, kind, i, start);
        answers.add(page.response().status() + " " + comparable(page.response().body(), name));
      }
    }
    assertThat(answers).hasSize(1);
    report("form", times);
    assertThat(difference(median(times, Kind.KNOWN), median(times, Kind.UNKNOWN)))
        .isLessThan(TOLERANCE);
  }

  private static void keep(Map<Kind, double[]> times, Kind kind, int number, long start) {
    if (number >= 0) {
      times.computeIfAbsent(kind, any -> new double[ATTEMPTS])[number] =
          (System.nanoTime() - start) / 1e6;
    }
  }

  private static double median(Map<Kind, double[]> times, Kind kind) {
    double[] sorted = times.getOrDefault(kind, new double[ATTEMPTS]).clone();
    Arrays.sort(sorted);
    return (sorted[(ATTEMPTS - 1) / 2] + sorted[ATTEMPTS / 2]) / 2;
  }

  private static double difference(double one, double other) {
    return Math.abs(one - other) / other;
  }

  private static void report(String way, Map<Kind, double[]> times) {
    for (Kind kind : Kind.values()) {
      double median = median(times, kind);
      double percent = 100 * (median / median(times, Kind.UNKNOWN) - 1);
      System.out.printf(
          Locale.ROOT, "L3 %s, %s: median %.1f ms, %+.1f %%%n", way, kind, median, percent);
    }
  }

  private String address() {
    return realm.endpoint("auth")
        + "?client_id=dev-cli&response_type=code&scope=openid&redirect_uri="
        + Http.encode("http://localhost/")
        + "&code_challenge_method=S256"
        + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
  }

  /** Without what is different at each request. */
  private static String comparable(String body, String name) {
    return body.replaceAll(
            "(session_code|execution|tab_id|client_data|auth_session_hash)=[\\w.%-]*", "$1")
        .replaceAll("\"[\\w+/=-]{20,}\"", "")
        .replace(name, "NAME");
  }
}
