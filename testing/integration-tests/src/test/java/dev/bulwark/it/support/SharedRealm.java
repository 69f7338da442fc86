package dev.bulwark.it.support;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The class uses the shared server; before its first test the realm {@code app} is imported anew,
 * with the settings that are shipped. A test that needs another setting changes it and says why.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(SharedRealmExtension.class)
public @interface SharedRealm {}
