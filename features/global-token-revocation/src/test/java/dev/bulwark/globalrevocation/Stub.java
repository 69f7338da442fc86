package dev.bulwark.globalrevocation;

import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Objects of interfaces with many methods, of which a test needs a few. */
final class Stub {

  private Stub() {}

  /**
   * Returns one.
   *
   * @param methods what methods return, by their name, from their arguments; others fail
   */
  static <T> T of(Class<T> type, Map<String, Function<Object[], @Nullable Object>> methods) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              Function<Object[], @Nullable Object> answer = methods.get(method.getName());
              if (answer == null) {
                throw new UnsupportedOperationException(method.toString());
              }
              return answer.apply(arguments == null ? new Object[0] : arguments);
            }));
  }
}
