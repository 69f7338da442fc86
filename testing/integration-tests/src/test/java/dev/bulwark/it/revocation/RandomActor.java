package dev.bulwark.it.revocation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One of several threads that do whatever users, clients and administrators do, in an order that
 * the seed gives. They all act on the same users, so that everything runs into everything. A
 * request may be refused: its user may be gone by then.
 */
final class RandomActor {

  /** What an actor may do, and how often compared with the rest. */
  record Choice(int weight, Runnable action) {}

  private final Random random;
  private final List<Choice> choices = new ArrayList<>();
  private final Runnable login;
  private final RandomUser user;
  private final int total;

  RandomActor(RandomWorld world, long seed, int number) {
    this.random = new Random(seed * 31 + number);
    String name = "actor" + number;
    this.user = new RandomUser(world, random, name);
    this.login = user::login;
    choices.addAll(user.choices());
    choices.addAll(new RandomKeys(world, random, name).choices());
    choices.addAll(new RandomAdmin(world, random, name).choices());
    this.total = choices.stream().mapToInt(Choice::weight).sum();
  }

  /** Does one thing. */
  void act() {
    int dice = random.nextInt(total);
    if (!user.holdsTokens()) {
      login.run();
      return;
    }
    for (Choice choice : choices) {
      dice -= choice.weight();
      if (dice < 0) {
        choice.action().run();
        return;
      }
    }
    throw new IllegalStateException("The weights do not add up.");
  }
}
