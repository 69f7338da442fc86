<#import "template.ftl" as layout>
<@layout.registrationLayout displayMessage=false; section>
    <#if section = "header">
        <#if busy!false>${msg("loginBusyTitle")}<#else>${msg("loginRateLimitedTitle")}</#if>
    <#elseif section = "form">
        <p id="kc-rate-limited" class="instruction" role="alert"><#if busy!false>${msg("loginBusyText")}<#else>${msg("loginRateLimitedText")}</#if></p>
        <#-- Not a part of the alert: a screen reader would read every second of it. -->
        <p id="kc-rate-limited-wait" class="instruction pf-v5-u-mb-md" data-seconds="${retryAfterSeconds?c}" data-many="${msg("loginRateLimitedWait", "#")}" data-one="${msg("loginRateLimitedWaitOne")}" data-over="${msg("loginRateLimitedOver")}">
            <#if retryAfterSeconds == 1>${msg("loginRateLimitedWaitOne")}<#else>${msg("loginRateLimitedWait", retryAfterSeconds?c)}</#if>
        </p>
        <p id="kc-rate-limited-over" class="pf-v5-u-screen-reader" role="status"></p>
        <a id="kc-rate-limited-retry" class="${properties.kcButtonPrimaryClass!} ${properties.kcButtonBlockClass!}" href="${retryUrl}">${msg("loginRateLimitedRetry")}</a>
        <#if realm.resetPasswordAllowed!false>
            <p id="kc-rate-limited-reset" class="pf-v5-u-mt-md"><a href="${url.loginResetCredentialsUrl}">${msg("doForgotPassword")}</a></p>
        </#if>
        <script type="module" src="${url.resourcesPath}/js/login-rate-limited.js"></script>
    </#if>
</@layout.registrationLayout>
