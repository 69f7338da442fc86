<#-- The parent leaves this file empty as the place for a theme's own footer. -->
<#macro content>
  <#if passwordPolicies?? && ["register", "login-update-password"]?seq_contains(pageId!"")>
    <#-- labels.js puts it below the field. -->
    <p id="bw-password-rules" class="pf-v5-c-helper-text" hidden>
      <@rule text="bulwarkPasswordLength" count=(passwordPolicies.length!0) />
      <@rule text="bulwarkPasswordMaxLength" count=(passwordPolicies.maxLength!0) />
      <@rule text="bulwarkPasswordLowerCase" count=(passwordPolicies.lowerCase!0) />
      <@rule text="bulwarkPasswordUpperCase" count=(passwordPolicies.upperCase!0) />
      <@rule text="bulwarkPasswordDigits" count=(passwordPolicies.digits!0) />
      <@rule text="bulwarkPasswordSpecialChars" count=(passwordPolicies.specialChars!0) />
      <#if passwordPolicies.notUsername || passwordPolicies.notEmail>${msg("bulwarkPasswordNotName")}</#if>
      ${msg("bulwarkPasswordAdvice")}
    </p>
  </#if>
  <#-- A user who is asked for the password again, and who does not want to continue. -->
  <#if ["login", "login-password"]?seq_contains(pageId!"") && auth?has_content && auth.showUsername()
      && !auth.showResetCredentials() && (client.baseUrl)?has_content>
    <p id="bw-back"><a href="${client.baseUrl}">${msg("backToApplication")}</a></p>
  </#if>
  <#-- A page that would be a dead end: an error, or a message, that leads to no application. -->
  <#if ["error", "info"]?seq_contains(pageId!"") && !(pageRedirectUri!"")?has_content && !(actionUri!"")?has_content
      && (skipLink?? || !(client.baseUrl)?has_content) && (realm.name!"master") != "master">
    <p id="bw-account"><a href="${url.resourcesPath?keep_before("/resources/")}/realms/${realm.name?url_path("UTF-8")}/account/">${msg("bulwarkAccount")}</a></p>
  </#if>
  <#-- retry.js puts it below the form while the form waits. -->
  <p id="bw-retry" class="pf-v5-c-helper-text" role="status" data-text="${msg("bulwarkRetry")}" hidden></p>
  <#assign bulwarkFooter = msg("bulwarkFooter")?trim>
  <#if bulwarkFooter?has_content>
    <p class="bw-footer">${bulwarkFooter}</p>
  </#if>
</#macro>

<#macro rule text count><#if count gt 0>${msg(text, count)}</#if></#macro>
