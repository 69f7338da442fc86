<#import "template.ftl" as layout>
<@layout.registrationLayout displayMessage=false; section>
    <#if section = "header">
        ${msg("loginUnavailableTitle")}
    <#elseif section = "form">
        <p id="kc-login-unavailable" class="instruction pf-v5-u-mb-md" role="alert">${msg("loginUnavailableText")}</p>
        <a id="kc-login-unavailable-retry" class="${properties.kcButtonPrimaryClass!} ${properties.kcButtonBlockClass!}" href="${retryUrl}">${msg("loginRateLimitedRetry")}</a>
    </#if>
</@layout.registrationLayout>
