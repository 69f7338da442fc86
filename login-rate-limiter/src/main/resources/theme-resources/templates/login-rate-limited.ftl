<#import "template.ftl" as layout>
<@layout.registrationLayout displayMessage=false; section>
    <#if section = "header">
        ${msg("loginRateLimitedTitle")}
    <#elseif section = "form">
        <p id="kc-rate-limited" class="instruction pf-v5-u-mb-md" role="alert" data-retry-after="${retryAfterSeconds?c}">
            <#if retryAfterSeconds == 1>${msg("loginRateLimitedTextOne")}<#else>${msg("loginRateLimitedText", retryAfterSeconds?c)}</#if>
        </p>
        <a id="kc-rate-limited-retry" class="${properties.kcButtonPrimaryClass!} ${properties.kcButtonBlockClass!}" href="${retryUrl}">${msg("loginRateLimitedRetry")}</a>
    </#if>
</@layout.registrationLayout>
