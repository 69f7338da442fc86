package dev.bulwark.revocation.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.Endings;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** R7: which endings are laid over the ledger together. */
class EndingSetsTest {

  private static final Endings ENDINGS = new Endings("TEST", 1);

  private static Ending session(int number) {
    return ENDINGS.session("r", "s" + number);
  }

  @Test
  void runsOfSessionsAndOfTokensAreSets() {
    Ending one = session(1);
    Ending two = session(2);
    Ending user = ENDINGS.user("r", "u");
    Ending otherUser = ENDINGS.user("r", "v");
    Ending three = session(3);
    Ending token = ENDINGS.token("r", "j", 9);
    Ending key = ENDINGS.apiKey("r", "k");
    List<Ending> all = List.of(one, two, user, otherUser, three, token, token, key);
    assertThat(EndingSets.of(all, ending -> true))
        .containsExactly(
            List.of(one, two),
            List.of(user),
            List.of(otherUser),
            List.of(three),
            List.of(token, token),
            List.of(key));
    assertThat(EndingSets.of(List.of(), ending -> true)).isEmpty();
  }

  @Test
  void anEndingThatMustNotBeInASetIsAlone() {
    List<Ending> all = IntStream.range(0, 5).mapToObj(EndingSetsTest::session).toList();
    Set<Ending> apart = Set.of(all.get(1), all.get(2));
    assertThat(EndingSets.of(all, ending -> !apart.contains(ending)))
        .containsExactly(
            List.of(all.get(0)), List.of(all.get(1)), List.of(all.get(2)), all.subList(3, 5));
  }

  @Test
  void aLongRunIsCutAndLosesNone() {
    for (int size : new int[] {499, 500, 501, 1_000, 1_001}) {
      List<Ending> all = IntStream.range(0, size).mapToObj(EndingSetsTest::session).toList();
      List<List<Ending>> sets = EndingSets.of(all, ending -> true);
      assertThat(sets).hasSize((size + 499) / 500).allMatch(set -> set.size() <= 500);
      List<Ending> together = new ArrayList<>();
      sets.forEach(together::addAll);
      assertThat(together).isEqualTo(all);
    }
  }
}
