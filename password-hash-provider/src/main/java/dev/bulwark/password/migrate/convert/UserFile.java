package dev.bulwark.password.migrate.convert;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.migrate.row.ApiKeyEntry;
import dev.bulwark.password.migrate.row.Identity;
import dev.bulwark.password.migrate.row.UserRecord;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One file of Keycloak's import, user by user. Not thread-safe. */
final class UserFile implements AutoCloseable {

  /**
   * A file that has so many bytes gets no further user. Keycloak takes requests of up to 10 MiB; a
   * row of 64 KiB, all of it API keys, becomes less than one.
   */
  static final long MAX_BYTES = 6L << 20;

  private final String realm;
  private final int maxUsers;
  private final CountedStream bytes;
  private final JsonGenerator out;
  private int users;

  /**
   * Makes the file, in place of one that is there.
   *
   * @param realm name of the users' realm
   * @param maxUsers at least 1
   */
  UserFile(Path file, String realm, int maxUsers) throws IOException {
    this.realm = realm;
    this.maxUsers = maxUsers;
    PrivateFiles.create(file);
    bytes =
        new CountedStream(
            new BufferedOutputStream(
                Files.newOutputStream(file, StandardOpenOption.WRITE), 1 << 16));
    out = LiteralJson.FACTORY.createGenerator(bytes);
    out.setPrettyPrinter(new OneUserPerLine());
    out.writeStartObject();
    out.writeStringField("realm", realm);
    out.writeArrayFieldStart("users");
  }

  /** Whether the next user belongs into another file. */
  boolean isFull() {
    return users >= maxUsers || bytes.count + out.getOutputBuffered() >= MAX_BYTES;
  }

  /** Writes what stands after the last user. */
  void finish() throws IOException {
    out.writeEndArray();
    out.writeEndObject();
    out.close();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  void write(UserRecord user) throws IOException {
    users++;
    out.writeStartObject();
    out.writeStringField("username", user.username());
    writeIfPresent("email", user.email());
    out.writeBooleanField("emailVerified", user.emailVerified());
    writeIfPresent("firstName", user.name().first());
    writeIfPresent("lastName", user.name().last());
    out.writeBooleanField("enabled", user.enabled());
    out.writeArrayFieldStart("credentials");
    writeCredentials(user);
    out.writeEndArray();
    // An import gives no roles of its own accord; this one is what every user of a realm has.
    out.writeArrayFieldStart("realmRoles");
    out.writeString("default-roles-" + realm.toLowerCase(Locale.ROOT));
    for (String role : user.roles()) {
      out.writeString(role);
    }
    out.writeEndArray();
    writeIdentities(user.identities());
    out.writeEndObject();
  }

  private void writeCredentials(UserRecord user) throws IOException {
    StoredHash password = user.password();
    if (password != null) {
      writeCredential("password", null, null, password.credentialData(), password.secretData());
    }
    String totp = user.totpSecret();
    if (totp != null) {
      writeCredential("otp", null, null, Credentials.TOTP_DATA, Credentials.totpSecretData(totp));
    }
    List<String> codes = user.backupCodes();
    if (!codes.isEmpty()) {
      writeCredential(
          "recovery-authn-codes",
          null,
          null,
          Credentials.backupCodesData(codes.size()),
          Credentials.backupCodesSecretData(codes));
    }
    for (ApiKeyEntry key : user.apiKeys()) {
      writeCredential(
          "api-key",
          key.name(),
          key.createdAt(),
          Credentials.apiKeyData(key),
          Credentials.apiKeySecretData(key));
    }
  }

  private void writeIdentities(List<Identity> identities) throws IOException {
    if (identities.isEmpty()) {
      return;
    }
    out.writeArrayFieldStart("federatedIdentities");
    for (Identity identity : identities) {
      out.writeStartObject();
      out.writeStringField("identityProvider", identity.provider());
      out.writeStringField("userId", identity.id());
      writeIfPresent("userName", identity.username());
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private void writeCredential(
      String type, @Nullable String label, @Nullable Instant created, String data, String secret)
      throws IOException {
    out.writeStartObject();
    out.writeStringField("type", type);
    writeIfPresent("userLabel", label);
    if (created != null) {
      out.writeNumberField("createdDate", created.toEpochMilli());
    }
    out.writeStringField("credentialData", data);
    out.writeStringField("secretData", secret);
    out.writeEndObject();
  }

  private void writeIfPresent(String name, @Nullable String value) throws IOException {
    if (value != null) {
      out.writeStringField(name, value);
    }
  }

  /** Counts the bytes that pass. */
  private static final class CountedStream extends FilterOutputStream {

    private long count;

    CountedStream(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
      count++;
    }

    @Override
    public void write(byte[] b, int off, int len) throws IOException {
      out.write(b, off, len);
      count += len;
    }
  }

  /** Begins each user on a line of its own. */
  private static final class OneUserPerLine extends MinimalPrettyPrinter {

    private static final long serialVersionUID = 1L;

    @Override
    public void writeStartArray(JsonGenerator out) throws IOException {
      out.writeRaw(isUsers(out) ? "[\n" : "[");
    }

    @Override
    public void writeArrayValueSeparator(JsonGenerator out) throws IOException {
      out.writeRaw(isUsers(out) ? ",\n" : ",");
    }

    private static boolean isUsers(JsonGenerator out) {
      return "users".equals(out.getOutputContext().getParent().getCurrentName());
    }
  }
}
