package dev.bulwark.app;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** The application: tasks of people who log in at Keycloak. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class RelyingApp {

  public static void main(String[] args) {
    SpringApplication.run(RelyingApp.class, args);
  }
}
