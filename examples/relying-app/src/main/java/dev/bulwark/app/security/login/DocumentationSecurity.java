package dev.bulwark.app.security.login;

import dev.bulwark.app.settings.AppSettings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;

/** The description of the API is for everybody, and knows no session. */
@Configuration(proxyBeanMethods = false)
class DocumentationSecurity {

  @Bean
  @Order(2)
  SecurityFilterChain documentation(HttpSecurity http, AppSettings app) {
    SecurityHeaders.apply(http, app, SecurityHeaders.documentation());
    return http.securityMatcher("/docs", "/docs/**")
        .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
        .sessionManagement(
            session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
        .requestCache(AbstractHttpConfigurer::disable)
        .csrf(AbstractHttpConfigurer::disable)
        .logout(AbstractHttpConfigurer::disable)
        .build();
  }
}
