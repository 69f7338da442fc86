package dev.bulwark.benchmarks.apikeys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class HttpTimesTest {

  private static String metrics(int first, int second, int all) {
    return """
    # TYPE http_server_requests_seconds histogram
    http_server_requests_seconds_bucket{method="GET",status="200",uri="/a",le="0.001"} %1$d
    http_server_requests_seconds_bucket{method="GET",status="200",uri="/a",le="0.002"} %2$d
    http_server_requests_seconds_bucket{method="GET",status="200",uri="/a",le="+Inf"} %3$d
    http_server_requests_seconds_count{method="GET",status="200",uri="/a"} %3$d
    http_server_requests_seconds_bucket{method="GET",status="200",uri="/b",le="0.001"} 1.0
    http_server_requests_seconds_bucket{method="GET",status="200",uri="/b",le="0.002"} 1.0
    http_server_requests_seconds_bucket{method="GET",status="200",uri="/b",le="+Inf"} 1.0
    """
        .formatted(first, second, all);
  }

  @Test
  void theRequestsBetweenTwoReadings() {
    HttpTimes times =
        HttpTimes.parse(metrics(100, 105, 110)).since(HttpTimes.parse(metrics(2, 6, 10)));
    assertThat(times.requests()).isEqualTo(100);
    assertThat(times.share(0.001)).isEqualTo(0.98);
    assertThat(times.quantile(0.98)).isEqualTo(0.001);
    assertThat(times.quantile(0.99)).isEqualTo(0.002);
    assertThat(times.quantile(1)).isInfinite();
  }

  @Test
  void whatTheServerDoesNotCountIsNoFigure() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HttpTimes.parse(metrics(1, 2, 3)).share(0.0015));
    assertThatIllegalArgumentException().isThrownBy(() -> HttpTimes.parse("http_x 1\n"));
  }
}
