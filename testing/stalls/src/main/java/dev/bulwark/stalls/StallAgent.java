package dev.bulwark.stalls;

import static net.bytebuddy.matcher.ElementMatchers.isAbstract;
import static net.bytebuddy.matcher.ElementMatchers.isMethod;
import static net.bytebuddy.matcher.ElementMatchers.nameStartsWith;
import static net.bytebuddy.matcher.ElementMatchers.none;
import static net.bytebuddy.matcher.ElementMatchers.not;

import java.lang.instrument.Instrumentation;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.matcher.ElementMatcher;

/**
 * Makes methods of {@code dev.bulwark} stall where they begin and end: one of {@link #ONE_OF},
 * which the seed chooses. The product and its tests must do the right thing whichever thread waits.
 */
public final class StallAgent {

  /** One method of so many stalls. With more of them, threads wait alike, and their order stays. */
  static final int ONE_OF = 8;

  private StallAgent() {}

  /**
   * Begins, before {@code main}.
   *
   * @param seed an integer, as text
   */
  public static void premain(String seed, Instrumentation instrumentation) {
    int number = Integer.parseInt(seed);
    new AgentBuilder.Default()
        .disableClassFormatChanges()
        .ignore(none())
        .type(nameStartsWith("dev.bulwark.").and(not(nameStartsWith("dev.bulwark.stalls."))))
        .transform(
            (builder, type, loader, module, domain) ->
                builder.visit(
                    Advice.to(StallingMethod.class)
                        .on(isMethod().and(not(isAbstract())).and(chosenBy(number)))))
        .installOn(instrumentation);
  }

  private static ElementMatcher<MethodDescription> chosenBy(int seed) {
    return method ->
        isChosen(seed, method.getDeclaringType().getTypeName() + "." + method.getName());
  }

  /** The same seed chooses the same methods in each process. */
  static boolean isChosen(int seed, String place) {
    long mixed = (place.hashCode() ^ ((long) seed << 32)) * 0x9E3779B97F4A7C15L;
    return Math.floorMod(mixed ^ (mixed >>> 32), ONE_OF) == 0;
  }

  /** What is added to a method. */
  static final class StallingMethod {

    private StallingMethod() {}

    @Advice.OnMethodEnter
    static void begin(@Advice.Origin("#t.#m begins") String place) {
      Stall.at(place);
    }

    @Advice.OnMethodExit(onThrowable = Throwable.class)
    static void end(@Advice.Origin("#t.#m ends") String place) {
      Stall.at(place);
    }
  }
}
