package dev.bulwark.password.migrate;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.password.migrate.convert.LiteralJson;
import dev.bulwark.password.migrate.convert.PrivateFiles;
import dev.bulwark.password.migrate.row.Columns;
import dev.bulwark.password.migrate.row.MigrationException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code bulwark-migrate export}: the way out of Keycloak. Exit codes as the other. */
@Command(
    name = "bulwark-migrate export",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {"Example:", "  bulwark-migrate export app-users-0.json --out users.jsonl"},
    description = {
      "Turns Keycloak's export of users (kc.sh export) into JSON lines that another",
      "application, or bulwark-migrate, can read. Password hashes are in PHC form where",
      "there is one. A user who has a credential that cannot be written (a passkey, for",
      "example) is written without it, and named on standard error.",
      ""
    })
final class ExportCommand implements Callable<Integer> {

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "Files of the export: app-users-0.json and so on, or app-realm.json.")
  @SuppressWarnings("NullAway.Init")
  private List<Path> in;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "The JSON lines. Must not exist yet.")
  @SuppressWarnings("NullAway.Init")
  private Path out;

  private long users;
  private long incomplete;
  private long federated;

  @Override
  public Integer call() throws IOException {
    if (Files.exists(out)) {
      throw new MigrationException(out + " exists already");
    }
    PrivateFiles.create(out);
    try (BufferedWriter writer =
        Files.newBufferedWriter(out, StandardCharsets.UTF_8, StandardOpenOption.WRITE)) {
      for (Path file : in) {
        read(file, writer);
      }
    }
    spec.commandLine()
        .getOut()
        .printf("%d users written, %d of them incomplete%n", users, incomplete);
    if (federated > 0) {
      spec.commandLine()
          .getErr()
          .printf("%d users of a user federation are left out: their store has them%n", federated);
    }
    return incomplete + federated == 0 ? MigrateCommand.OK : MigrateCommand.SOME_REJECTED;
  }

  /** User by user, since a realm with all its users may be larger than the memory. */
  private void read(Path file, BufferedWriter writer) throws IOException {
    try (JsonParser parser = LiteralJson.MAPPER.createParser(file.toFile())) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new MigrationException(file + " is not of an export");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        switch (name) {
          case "users" -> readUsers(parser, writer);
          case "federatedUsers" -> countFederated(parser);
          default -> parser.skipChildren();
        }
      }
    } catch (JsonProcessingException e) {
      throw new MigrationException(file + " is not JSON: line " + e.getLocation().getLineNr());
    }
  }

  private void readUsers(JsonParser parser, BufferedWriter writer) throws IOException {
    while (parser.nextToken() == JsonToken.START_OBJECT) {
      JsonNode user = LiteralJson.MAPPER.readTree(parser);
      if (!user.has("serviceAccountClientId")) {
        write(user, writer);
      }
    }
  }

  /** Keycloak exports what it stores of them, such as roles and credentials, but no names. */
  private void countFederated(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.START_OBJECT) {
      parser.skipChildren();
      federated++;
    }
  }

  private void write(JsonNode user, BufferedWriter writer) throws IOException {
    ExportedUser exported = ExportedUser.of(user);
    ObjectNode row = exported.row();
    PrintWriter messages = spec.commandLine().getErr();
    exported
        .left()
        .forEach(what -> messages.println(row.get(Columns.USERNAME).asText() + ": " + what));
    users++;
    incomplete += exported.left().isEmpty() ? 0 : 1;
    writer.write(LiteralJson.MAPPER.writeValueAsString(row));
    writer.newLine();
  }
}
