package dev.bulwark.it.password;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.text.ForeignHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * L3: what a wrong password tells of an account, by status, text and time, over 500 attempts of
 * each kind, the kinds in an order that is drawn anew each time: what a request leaves behind in
 * caches and processor must not count for the next kind. First in a realm whose users all have
 * Argon2id, then with imported users. Brute-force protection is on, as shipped. {@code
 * -Denumeration.attempts=60} makes a short run, whose medians say less.
 */
@Tag("full")
@SharedRealm
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class EnumerationIT {

  private static final int ATTEMPTS = Integer.getInteger("enumeration.attempts", 500);

  /** Of each kind: so many that none fails twice within a second, which would lock it. */
  private static final int ACCOUNTS = 20;

  private static final int WARM_UP = 20;
  private static final double TOLERANCE = 0.05;
  private static final String WRONG = "not-the-battery";
  private static final String BCRYPT =
      "$2b$10$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW";

  /** A fixed seed: two runs are alike. */
  private final Random order = new Random(26);

  private final TestStack stack = TestStack.get();
  private final Realm realm = stack.realm();

  private enum Kind {
    UNKNOWN,
    KNOWN,
    LOCKED,
    WITHOUT_PASSWORD,
    IMPORTED;

    String user(int number) {
      return "enum-"
          + name().toLowerCase(Locale.ROOT).replace('_', '-')
          + Math.floorMod(number, ACCOUNTS);
    }
  }

  @BeforeAll
  static void accounts() {
    AdminApi admin = TestStack.get().admin();
    Users users = new Users(admin);
    Realm realm = TestStack.get().realm();
    // Whoever is locked stays so until the test is over.
    admin
        .put(
            "/realms/app",
            """
            {"waitIncrementSeconds": 36000, "maxFailureWaitSeconds": 36000, "failureFactor": 2}
            """)
        .expect(204);
    for (int i = 0; i < ACCOUNTS; i++) {
      users.createWithPassword(Kind.KNOWN.user(i), "the-battery-of-" + i);
      users.createWithPassword(Kind.LOCKED.user(i), "the-battery-of-" + i);
      lock(admin, realm, Kind.LOCKED.user(i));
      admin
          .post(
              "/realms/app/users",
              Json.object("username", Kind.WITHOUT_PASSWORD.user(i), "enabled", true))
          .expect(201);
    }
    // Nobody else is locked, however often the test fails at an account.
    admin.put("/realms/app", Json.object("failureFactor", 100000)).expect(204);
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
  @Order(1)
  void thePasswordGrant() {
    measure("password grant", this::grant, Kind.LOCKED, Kind.WITHOUT_PASSWORD, Kind.KNOWN);
  }

  @Test
  @Order(2)
  void theForm() {
    measure("form", this::form, Kind.LOCKED, Kind.WITHOUT_PASSWORD, Kind.KNOWN);
  }

  /** From here on everybody waits as long as they do. */
  @Test
  @Order(3)
  void thePasswordGrantWithImportedUsers() {
    Users users = new Users(stack.admin());
    for (int i = 0; i < ACCOUNTS; i++) {
      users.createWithHash(Kind.IMPORTED.user(i), ForeignHash.parse(BCRYPT, CostLimits.DEFAULT));
    }
    measure("password grant, imported users", this::grant, Kind.KNOWN, Kind.IMPORTED);
  }

  @Test
  @Order(4)
  void theFormWithImportedUsers() {
    measure("form, imported users", this::form, Kind.LOCKED, Kind.KNOWN, Kind.IMPORTED);
  }

  /** One failed attempt at a user: its milliseconds, and what was told. */
  private record Attempt(double millis, String answer) {}

  @FunctionalInterface
  private interface Way {
    Attempt fail(String user);
  }

  private Attempt grant(String user) {
    long start = System.nanoTime();
    Response answer = realm.login(user, WRONG, "openid");
    return new Attempt(millisSince(start), answer.status() + " " + answer.body());
  }

  private Attempt form(String user) {
    FormBrowser browser = new FormBrowser(stack.url());
    FormBrowser.Page form = browser.open(address());
    long start = System.nanoTime();
    Response page = browser.submit(form, Map.of("username", user, "password", WRONG)).response();
    return new Attempt(millisSince(start), page.status() + " " + comparable(page.body(), user));
  }

  private static double millisSince(long start) {
    return (System.nanoTime() - start) / 1e6;
  }

  private void measure(String name, Way way, Kind... others) {
    List<Kind> kinds = new ArrayList<>(List.of(others));
    kinds.add(Kind.UNKNOWN);
    Map<Kind, double[]> times = new EnumMap<>(Kind.class);
    Set<String> answers = new HashSet<>();
    for (int i = -WARM_UP; i < ATTEMPTS; i++) {
      Collections.shuffle(kinds, order);
      for (Kind kind : kinds) {
        Attempt attempt = way.fail(kind.user(i));
        answers.add(attempt.answer());
        if (i >= 0) {
          times.computeIfAbsent(kind, any -> new double[ATTEMPTS])[i] = attempt.millis();
        }
      }
    }
    assertThat(answers).as(name).hasSize(1);
    double unknown = median(times, Kind.UNKNOWN);
    for (Kind kind : times.keySet()) {
      double percent = 100 * (median(times, kind) / unknown - 1);
      System.out.printf(
          Locale.ROOT,
          "L3 %s, %s: median %.1f ms, %+.1f %%%n",
          name,
          kind,
          median(times, kind),
          percent);
    }
    for (Kind kind : times.keySet()) {
      assertThat(Math.abs(median(times, kind) - unknown) / unknown)
          .as("%s, %s", name, kind)
          .isLessThan(TOLERANCE);
    }
  }

  private static double median(Map<Kind, double[]> times, Kind kind) {
    double[] sorted = times.getOrDefault(kind, new double[ATTEMPTS]).clone();
    Arrays.sort(sorted);
    return (sorted[(ATTEMPTS - 1) / 2] + sorted[ATTEMPTS / 2]) / 2;
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
    // The name first: a long one looks like what is drawn at random.
    return body.replace(name, "NAME")
        .replaceAll("(session_code|execution|tab_id|client_data|auth_session_hash)=[\\w.%-]*", "$1")
        .replaceAll("\"[\\w+/=-]{20,}\"", "");
  }
}
