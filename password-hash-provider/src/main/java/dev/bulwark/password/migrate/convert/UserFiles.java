package dev.bulwark.password.migrate.convert;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.migrate.row.ApiKeyEntry;
import dev.bulwark.password.migrate.row.Identity;
import dev.bulwark.password.migrate.row.MigrationException;
import dev.bulwark.password.migrate.row.UserRecord;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code app-users-0.json} and so on, as Keycloak's export does. The files get their names
 * at the very end ({@link #finish}), so that a run which was cut short leaves nothing that an
 * import would take. Beside them is the {@link IdFile}. They are readable by their owner alone,
 * where the file system knows owners. Not thread-safe.
 */
final class UserFiles implements AutoCloseable {

  /** The list of the files of a run, by which a later run knows that it may replace them. */
  static final String MANIFEST = "bulwark-migrate.txt";

  private static final String UNFINISHED = ".unfinished";

  private final Path folder;
  private final MigrationOptions options;
  private final JsonFactory json = new JsonFactory();
  private final List<String> names = new ArrayList<>();
  private final Set<String> replaceable;
  private final IdFile ids;
  private @Nullable JsonGenerator current;
  private int inCurrent;
  private boolean finished;

  /**
   * Prepares the folder, which is made if it is missing.
   *
   * @throws MigrationException if it holds user files of this realm that no earlier run made
   */
  UserFiles(Path folder, MigrationOptions options) throws IOException {
    this.folder = folder;
    this.options = options;
    Files.createDirectories(folder);
    this.replaceable = earlierFiles();
    this.ids = new IdFile(folder, options.realm());
    Pattern ours = Pattern.compile(Pattern.quote(options.realm()) + "-users-\\d+\\.json");
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        String name = String.valueOf(file.getFileName());
        if (ours.matcher(name).matches() && !replaceable.contains(name)) {
          throw new MigrationException(
              file + " is not of an earlier run: choose another folder for --out");
        }
      }
    }
  }

  private Set<String> earlierFiles() throws IOException {
    Path manifest = folder.resolve(MANIFEST);
    return Files.exists(manifest)
        ? new HashSet<>(Files.readAllLines(manifest, StandardCharsets.UTF_8))
        : Set.of();
  }

  void write(UserRecord user) throws IOException {
    JsonGenerator out = current;
    if (out == null) {
      out = open();
      current = out;
      inCurrent = 0;
    }
    writeUser(out, user);
    ids.write(user);
    if (++inCurrent == options.usersPerFile()) {
      closeCurrent();
    }
  }

  private JsonGenerator open() throws IOException {
    String name = options.realm() + "-users-" + names.size() + ".json";
    Path file = folder.resolve(name + UNFINISHED);
    PrivateFiles.create(file);
    names.add(name);
    JsonGenerator out =
        json.createGenerator(
            new BufferedOutputStream(
                Files.newOutputStream(file, StandardOpenOption.WRITE), 1 << 16));
    out.setPrettyPrinter(new OneUserPerLine());
    out.writeStartObject();
    out.writeStringField("realm", options.realm());
    out.writeArrayFieldStart("users");
    return out;
  }

  private void closeCurrent() throws IOException {
    JsonGenerator out = current;
    if (out != null) {
      current = null;
      out.writeEndArray();
      out.writeEndObject();
      out.close();
    }
  }

  private void writeUser(JsonGenerator out, UserRecord user) throws IOException {
    out.writeStartObject();
    out.writeStringField("username", user.username());
    writeIfPresent(out, "email", user.email());
    out.writeBooleanField("emailVerified", user.emailVerified());
    writeIfPresent(out, "firstName", user.name().first());
    writeIfPresent(out, "lastName", user.name().last());
    out.writeBooleanField("enabled", user.enabled());
    out.writeArrayFieldStart("credentials");
    StoredHash password = user.password();
    if (password != null) {
      writeCredential(
          out, "password", null, null, password.credentialData(), password.secretData());
    }
    String totp = user.totpSecret();
    if (totp != null) {
      writeCredential(
          out, "otp", null, null, Credentials.TOTP_DATA, Credentials.totpSecretData(totp));
    }
    List<String> codes = user.backupCodes();
    if (!codes.isEmpty()) {
      writeCredential(
          out,
          "recovery-authn-codes",
          null,
          null,
          Credentials.backupCodesData(codes.size()),
          Credentials.backupCodesSecretData(codes));
    }
    for (ApiKeyEntry key : user.apiKeys()) {
      writeCredential(
          out,
          "api-key",
          key.name(),
          key.createdAt(),
          Credentials.apiKeyData(key),
          Credentials.apiKeySecretData(key));
    }
    out.writeEndArray();
    // An import gives no roles of its own accord; this one is what every user of a realm has.
    out.writeArrayFieldStart("realmRoles");
    out.writeString("default-roles-" + options.realm().toLowerCase(Locale.ROOT));
    for (String role : user.roles()) {
      out.writeString(role);
    }
    out.writeEndArray();
    writeIdentities(out, user.identities());
    out.writeEndObject();
  }

  private static void writeIdentities(JsonGenerator out, List<Identity> identities)
      throws IOException {
    if (identities.isEmpty()) {
      return;
    }
    out.writeArrayFieldStart("federatedIdentities");
    for (Identity identity : identities) {
      out.writeStartObject();
      out.writeStringField("identityProvider", identity.provider());
      out.writeStringField("userId", identity.id());
      writeIfPresent(out, "userName", identity.username());
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private static void writeCredential(
      JsonGenerator out,
      String type,
      @Nullable String label,
      @Nullable Instant created,
      String data,
      String secret)
      throws IOException {
    out.writeStartObject();
    out.writeStringField("type", type);
    writeIfPresent(out, "userLabel", label);
    if (created != null) {
      out.writeNumberField("createdDate", created.toEpochMilli());
    }
    out.writeStringField("credentialData", data);
    out.writeStringField("secretData", secret);
    out.writeEndObject();
  }

  private static void writeIfPresent(JsonGenerator out, String name, @Nullable String value)
      throws IOException {
    if (value != null) {
      out.writeStringField(name, value);
    }
  }

  /** Gives the files their names, in place of those of an earlier run, and returns the names. */
  List<String> finish() throws IOException {
    closeCurrent();
    Set<String> manifest = new HashSet<>(replaceable);
    manifest.addAll(names);
    // Names first: if this is cut short, a later run still knows which files it may replace.
    writeManifest(manifest.stream().sorted().toList());
    for (String name : replaceable) {
      if (name.endsWith(".json") && name.indexOf('/') < 0) {
        Files.deleteIfExists(folder.resolve(name));
      }
    }
    for (String name : names) {
      Files.move(
          folder.resolve(name + UNFINISHED),
          folder.resolve(name),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    }
    ids.finish();
    writeManifest(names);
    finished = true;
    return List.copyOf(names);
  }

  private void writeManifest(List<String> lines) throws IOException {
    Files.write(folder.resolve(MANIFEST), lines, StandardCharsets.UTF_8);
  }

  /** Deletes what is not finished. */
  @Override
  public void close() throws IOException {
    ids.close();
    if (finished) {
      return;
    }
    JsonGenerator out = current;
    if (out != null) {
      current = null;
      out.close();
    }
    for (String name : names) {
      Files.deleteIfExists(folder.resolve(name + UNFINISHED));
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
