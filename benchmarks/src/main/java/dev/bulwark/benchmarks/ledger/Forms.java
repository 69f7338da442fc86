package dev.bulwark.benchmarks.ledger;

import dev.bulwark.benchmarks.Callers;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The files with the forms that wrk posts, a form a line. */
final class Forms {

  private static final int LOGGING_IN = 8;

  private Forms() {}

  /** Fills a variant, and writes down what it is asked. */
  static Map<Workload, Path> prepare(Plan plan, Variant variant) throws Exception {
    Size size = Size.of(plan);
    Filling.fill(variant, size);
    Wal.prepare(variant.database());
    Progress.say(size.refreshed() + " logins");
    String[] refreshes = new String[size.refreshed()];
    Callers.times(
        LOGGING_IN,
        refreshes.length,
        number ->
            refreshes[number] =
                FullRealm.refresh(
                    variant
                        .token(FullRealm.login(number % size.callers()))
                        .get("refresh_token")
                        .asText()));
    String[] logins = new String[size.callers()];
    Arrays.setAll(logins, FullRealm::login);
    String[] services = new String[FullRealm.SERVICES];
    Arrays.setAll(services, FullRealm::clientCredentials);
    Map<Workload, Path> forms = new EnumMap<>(Workload.class);
    forms.put(Workload.REFRESH, file(plan, variant, "refresh", List.of(refreshes)));
    forms.put(
        Workload.CLIENT_CREDENTIALS,
        file(plan, variant, "service", List.of(FullRealm.clientCredentials())));
    forms.put(Workload.MANY_CLIENTS, file(plan, variant, "services", List.of(services)));
    forms.put(Workload.LOGIN, file(plan, variant, "login", List.of(logins)));
    return forms;
  }

  private static Path file(Plan plan, Variant variant, String what, List<String> forms)
      throws IOException {
    return Files.write(plan.folder("ledger").resolve(what + "-" + variant.kind().title()), forms);
  }
}
