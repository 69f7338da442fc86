package dev.bulwark.it.ratelimit;

import static dev.bulwark.it.ratelimit.LimitedServer.PASSWORD;
import static dev.bulwark.it.ratelimit.LimitedServer.PER_ADDRESS;
import static dev.bulwark.it.ratelimit.LimitedServer.newAddress;
import static dev.bulwark.it.ratelimit.LimitedServer.nobody;
import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.password.BusyHasher;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** L1, attacked: a flood of logins in the shipped realm, and what everybody else notices of it. */
@Tag("slow")
class LoginFloodIT {

  private static final LimitedServer SERVER = LimitedServer.shared();
  private static final String NEW_PASSWORD = "another-limit-battery";
  private static final int CONNECTIONS = 70;
  private static final int DUMPS = 15;

  /** More than the cores can hash, and so few that refusals leave them time for it. */
  private static final int PER_SECOND = 50 * Runtime.getRuntime().availableProcessors();

  /** Keycloak's default of {@code http-pool-max-threads}. */
  private static final int POOL = Math.max(50, 4 * Runtime.getRuntime().availableProcessors());

  /** What requests for unknown status lists leave of a quarter. */
  private static final int LIMIT = POOL / 4 - POOL / 12;

  /** Of a thread that hashes, waits for its turn to hash, or delays an answer. */
  private static final Pattern IN_A_LOGIN =
      Pattern.compile(
          "^\"executor-thread-.*(?:dev\\.bulwark\\.password\\.|LoginRateLimiterProvider\\.waitUntil)",
          Pattern.DOTALL);

  private static List<String> users;

  @BeforeAll
  static void users() {
    users = IntStream.range(0, 20).mapToObj(i -> newAppUser()).toList();
  }

  private static String newAppUser() {
    String name = nobody();
    SERVER.newUserAt("app", name, name + "@example.org");
    return name;
  }

  private static Response appGrant(String address, String user, String password) {
    return Http.postForm(
        SERVER.url() + "/realms/app/protocol/openid-connect/token",
        Map.of(
            "grant_type",
            "password",
            "client_id",
            "dev-cli",
            "username",
            user,
            "password",
            password),
        "X-Forwarded-For",
        address);
  }

  /** N1: somebody with an account, who always knows the password. */
  @Test
  void oneAddressWithItsOwnAccountHoldsFewThreads() {
    String address = newAddress();
    int held = mostHeldDuring(() -> appGrant(address, users.get(0), PASSWORD));
    assertThat(held).isBetween(1, PER_ADDRESS);
  }

  @Test
  void manyAddressesHoldTheirShareOfTheThreads() {
    List<String> addresses = IntStream.range(0, 200).mapToObj(i -> newAddress()).toList();
    AtomicInteger next = new AtomicInteger();
    int held =
        mostHeldDuring(
            () -> {
              int i = next.incrementAndGet();
              return appGrant(
                  addresses.get(i % addresses.size()), users.get(i % users.size()), PASSWORD);
            });
    assertThat(held).isBetween(PER_ADDRESS, LIMIT);
  }

  /** Their answers are delayed, so that they take as long as others. */
  @Test
  void wrongNamesHoldTheirShareOfTheThreads() {
    int held = mostHeldDuring(() -> appGrant(newAddress(), nobody(), "wrong"));
    assertThat(held).isBetween(PER_ADDRESS, LIMIT);
  }

  /** Of somebody with many accounts, or of an office after a reset of all its passwords. */
  @Test
  void newPasswordsAreInsideTheBound() throws Exception {
    String address = newAddress();
    int people = PER_ADDRESS + 3;
    List<Visitor> visitors = new ArrayList<>();
    List<Response> pages = new ArrayList<>();
    for (int i = 0; i < people; i++) {
      String user = newAppUser();
      Visitor visitor = SERVER.visitor(address);
      visitors.add(visitor);
      pages.add(
          visitor.submit(
              visitor.open(newPasswordPage()).expect(200),
              Map.of("username", user, "password", PASSWORD)));
    }
    Map<String, String> form =
        Map.of("password-new", NEW_PASSWORD, "password-confirm", NEW_PASSWORD);
    try (BusyHasher busy = new BusyHasher(SERVER.keycloak(), SERVER.admin())) {
      busy.keepBusy(3);
      List<CompletableFuture<Response>> changes =
          IntStream.range(0, people)
              .mapToObj(i -> busy.start(() -> visitors.get(i).submit(pages.get(i), form)))
              .toList();
      List<Response> answers = changes.stream().map(CompletableFuture::join).toList();
      assertThat(answers.stream().filter(LoginFloodIT::isIn)).hasSize(PER_ADDRESS);
      List<Response> refused = answers.stream().filter(one -> one.status() == 429).toList();
      assertThat(refused).hasSize(people - PER_ADDRESS);
      assertThat(refused).allMatch(one -> one.header("Retry-After").equals("1"));
      for (int i = 0; i < people; i++) {
        if (!isIn(answers.get(i))) {
          Response again = visitors.get(i).open(Visitor.retryLink(answers.get(i))).expect(200);
          assertThat(isIn(visitors.get(i).submitAsThePage(again, form))).isTrue();
        }
      }
    }
    await().atMost(SOON).until(() -> SERVER.metric("bulwark_limiter_threads", "") == 0);
  }

  /** The page sends its form again by itself, and what was typed stays in it. */
  @Test
  void thePageOfANewPasswordTriesAgainByItself() {
    String address = newAddress();
    Visitor visitor = SERVER.visitor(address);
    Response page =
        visitor.submit(
            visitor.open(newPasswordPage()).expect(200),
            Map.of("username", newAppUser(), "password", PASSWORD));
    Map<String, String> form =
        Map.of("password-new", NEW_PASSWORD, "password-confirm", NEW_PASSWORD);
    try (BusyHasher busy = new BusyHasher(SERVER.keycloak(), SERVER.admin())) {
      busy.keepBusy(2);
      long arrivals = busy.arrivals();
      List<CompletableFuture<Response>> others =
          users.subList(0, PER_ADDRESS).stream()
              .map(user -> busy.start(() -> appGrant(address, user, PASSWORD)))
              .toList();
      busy.awaitArrivals(arrivals + others.size());
      assertThat(visitor.submitOnce(page, form).status()).isEqualTo(204);
      assertThat(isIn(visitor.submitAsThePage(page, form))).isTrue();
      others.forEach(other -> other.join().expect(200));
    }
  }

  private static boolean isIn(Response answer) {
    return answer.status() == 302 && answer.header("Location").contains("code=");
  }

  private static String newPasswordPage() {
    return SERVER.url()
        + "/realms/app/protocol/openid-connect/auth?client_id=dev-cli&response_type=code"
        + "&scope=openid&redirect_uri=http%3A%2F%2Flocalhost%2F&code_challenge_method=S256"
        + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&kc_action=UPDATE_PASSWORD";
  }

  private static int mostHeldDuring(Supplier<Response> login) {
    AtomicInteger most = new AtomicInteger();
    try (Flood flood = new Flood(login)) {
      flood.awaitAnswers(CONNECTIONS);
      for (int i = 0; i < DUMPS; i++) {
        most.accumulateAndGet(threadsInALogin(), Math::max);
        assertThat(SERVER.metric("bulwark_limiter_threads", ""))
            .isLessThanOrEqualTo(SERVER.metric("bulwark_limiter_threads_limit", ""));
      }
      assertThat(flood.statuses()).contains(429).isSubsetOf(200, 400, 429);
    }
    assertThat(SERVER.metric("bulwark_limiter_threads_limit", "")).isEqualTo(LIMIT);
    await().atMost(SOON).until(() -> SERVER.metric("bulwark_limiter_threads", "") == 0);
    return most.get();
  }

  private static int threadsInALogin() {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    try {
      Process process =
          new ProcessBuilder(
                  jcmd, Long.toString(SERVER.keycloak().keycloak().pid()), "Thread.print")
              .redirectErrorStream(true)
              .start();
      String dump = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(dump).contains("executor-thread-");
      return (int)
          Arrays.stream(dump.split("\n\n"))
              .filter(thread -> IN_A_LOGIN.matcher(thread).find())
              .count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Logins at a fixed rate; none is sent while all connections wait for an answer. */
  private static final class Flood implements AutoCloseable {

    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final ExecutorService threads =
        new ThreadPoolExecutor(
            CONNECTIONS,
            CONNECTIONS,
            0,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            new ThreadPoolExecutor.DiscardPolicy());
    private final List<Integer> statuses = new ArrayList<>();

    Flood(Supplier<Response> login) {
      clock.scheduleAtFixedRate(
          () -> threads.execute(() -> add(login.get().status())),
          0,
          1_000_000 / PER_SECOND,
          TimeUnit.MICROSECONDS);
    }

    private synchronized void add(int status) {
      statuses.add(status);
    }

    synchronized List<Integer> statuses() {
      return List.copyOf(statuses);
    }

    void awaitAnswers(int count) {
      await().atMost(SOON).until(() -> statuses().size() >= count);
    }

    @Override
    public void close() {
      clock.shutdownNow();
      await().atMost(SOON).until(clock::isTerminated);
      threads.shutdown();
      await().atMost(SOON).until(threads::isTerminated);
    }
  }
}
