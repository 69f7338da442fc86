package dev.bulwark.it.support;

import static org.awaitility.Awaitility.await;

import dev.bulwark.limit.script.Script;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisMonitor;

/**
 * Counts what Keycloak, and the limiter above all, sends to a Redis, by MONITOR. For one thread.
 */
public final class ScriptCalls implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Every key of the limiter has it. */
  private static final String KEY = "limit:{";

  private final Jedis monitor;
  private final Jedis marks;
  private final List<String> seen = new CopyOnWriteArrayList<>();

  /** Counts from now on. */
  public ScriptCalls(String redisUrl) {
    monitor = new Jedis(URI.create(redisUrl), 0);
    marks = new Jedis(URI.create(redisUrl));
    Thread thread = new Thread(this::listen, "script-calls");
    thread.setDaemon(true);
    thread.start();
    // MONITOR is in force when it shows a mark.
    await("MONITOR is in force")
        .atMost(PATIENCE)
        .until(
            () -> {
              String mark = mark();
              return seen.stream().anyMatch(command -> command.contains(mark));
            });
  }

  private void listen() {
    try {
      monitor.monitor(
          new JedisMonitor() {
            @Override
            public void onCommand(String command) {
              seen.add(command);
            }
          });
    } catch (RuntimeException e) {
      // Closed: nothing is counted any more.
    }
  }

  private String mark() {
    String mark = UUID.randomUUID().toString();
    marks.echo(mark);
    return mark;
  }

  /** Attempts that have taken a slot, or asked for one, up to now: each waits for that script. */
  public long takes() {
    return ids().size();
  }

  /** Of these attempts, how many have been settled up to now, on a thread that nobody waits for. */
  public long settled() {
    List<String> commands = commands();
    return ids().stream()
        .filter(
            id ->
                commands.stream()
                    .anyMatch(command -> !isTake(command) && command.endsWith("\"" + id + "\"")))
        .count();
  }

  /** Scripts on the limiter's keys up to now. */
  public long scripts() {
    return commands().size() - (long) others().size();
  }

  /** Commands on the limiter's keys that are no script. */
  public List<String> others() {
    return commands().stream()
        .filter(command -> !command.toLowerCase(Locale.ROOT).contains(" \"eval"))
        .toList();
  }

  /**
   * Commands up to now, of any part, without those that name a key or a verb of these, in quotes or
   * as the beginning of a word in quotes.
   */
  public List<String> besides(List<String> known) {
    return all().stream()
        .filter(
            command ->
                known.stream()
                    .noneMatch(
                        word ->
                            command
                                .toUpperCase(Locale.ROOT)
                                .contains('"' + word.toUpperCase(Locale.ROOT))))
        .toList();
  }

  /** The first argument of a script that takes a slot is the attempt's id. */
  private List<String> ids() {
    return commands().stream()
        .filter(ScriptCalls::isTake)
        .map(
            command -> {
              String[] words = command.substring(command.indexOf(Script.TAKE.sha1())).split(" ");
              int keys = Integer.parseInt(words[1].replace("\"", ""));
              return words[2 + keys].replace("\"", "");
            })
        .toList();
  }

  private static boolean isTake(String command) {
    return command.contains(Script.TAKE.sha1());
  }

  /** What Keycloak has sent; commands that a script runs within Redis are not among it. */
  private List<String> commands() {
    return all().stream().filter(command -> command.contains(KEY)).toList();
  }

  private List<String> all() {
    String mark = mark();
    // MONITOR keeps the order: what was sent before the mark is there.
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> seen.stream().anyMatch(command -> command.contains(mark)));
    return seen.stream().filter(command -> !command.contains(" lua] ")).toList();
  }

  @Override
  public void close() {
    monitor.close();
    marks.close();
  }
}
