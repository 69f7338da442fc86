package dev.bulwark.it.support;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The class uses the shared server; before its first test the realm {@code app} is imported anew.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(SharedRealmExtension.class)
public @interface SharedRealm {

  /**
   * Whether Keycloak's brute-force protection is on, as in the shipped realm. It refuses a login
   * while it still books the same user's previous one, which it does on a thread of its own after
   * the response ({@code DefaultBlockingBruteForceProtector}): a login right after another may then
   * be told "invalid credentials". So it is on only where it is what is tested.
   */
  boolean bruteForceProtection() default false;
}
