package dev.bulwark.password.foreign.verify;

import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** bcrypt: {@code $2$}, {@code $2a$}, {@code $2b$}, {@code $2x$}, {@code $2y$}. */
public final class BcryptVerifier implements PasswordVerifier {

  private static final Pattern TEXT =
      Pattern.compile("\\$(2[abxy]?)\\$(\\d\\d)\\$([./A-Za-z0-9]{53})");

  @Override
  public String algorithm() {
    return Algorithms.BCRYPT;
  }

  @Override
  public Verification prepare(StoredHash stored, CostLimits limits) {
    Matcher text = TEXT.matcher(stored.value());
    if (!text.matches()) {
      throw new UnusableHashException("it is no well-formed bcrypt hash");
    }
    Bcrypt bcrypt = Bcrypt.of(text.group(1), text.group(2), text.group(3), limits);
    return new Verification() {
      @Override
      public int memory() {
        return Bcrypt.MEMORY_KIB;
      }

      @Override
      public boolean matches(byte[] password) {
        return bcrypt.matches(password);
      }
    };
  }
}
