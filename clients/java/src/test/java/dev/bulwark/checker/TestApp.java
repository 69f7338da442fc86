package dev.bulwark.checker;

import jakarta.servlet.Filter;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;

/** A servlet behind filters in a real Tomcat on a free port of the loopback interface. */
public final class TestApp implements AutoCloseable {

  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  private final Path folder;
  private final Tomcat tomcat = new Tomcat();

  /** Starts it. */
  public TestApp(List<ServletContextListener> listeners, List<Filter> filters)
      throws IOException, LifecycleException {
    folder = Files.createTempDirectory("bulwark-tomcat");
    tomcat.setBaseDir(folder.toString());
    tomcat.setPort(0);
    tomcat.getConnector().setProperty("address", "127.0.0.1");
    Context context = tomcat.addContext("", folder.toString());
    for (ServletContextListener listener : listeners) {
      ((StandardContext) context).addApplicationLifecycleListener(listener);
    }
    for (int i = 0; i < filters.size(); i++) {
      FilterDef definition = new FilterDef();
      definition.setFilterName("filter-" + i);
      definition.setFilter(filters.get(i));
      context.addFilterDef(definition);
      FilterMap map = new FilterMap();
      map.setFilterName("filter-" + i);
      map.addURLPattern("/*");
      context.addFilterMap(map);
    }
    Tomcat.addServlet(context, "hello", new Hello());
    context.addServletMappingDecoded("/*", "hello");
    tomcat.start();
  }

  /** A GET with one header. */
  public HttpResponse<String> get(String header, String value)
      throws IOException, InterruptedException {
    return HTTP.send(
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + tomcat.getConnector().getLocalPort() + "/"))
            .timeout(Duration.ofSeconds(10))
            .header(header, value)
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() throws LifecycleException, IOException {
    tomcat.stop();
    tomcat.destroy();
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(java.util.Comparator.reverseOrder()).map(Path::toFile).forEach(f -> f.delete());
    }
  }

  private static final class Hello extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      response.getWriter().write("hello");
    }
  }
}
