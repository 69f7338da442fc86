<#import "template.ftl" as layout>
<#import "buttons.ftl" as buttons>
<@layout.registrationLayout displayMessage=false; section>
    <#if section = "header">
        ${msg("apiKeyCreatedTitle")}
    <#elseif section = "form">
        <#if apiKeyShown??>
            <p class="pf-v5-u-mb-md">${msg("apiKeyShownAlready")}</p>
        <#else>
            <div class="${properties.kcRecoveryCodesWarning!}" role="alert">
                <h2 class="${properties.kcAlertTitleClass!}">${msg("apiKeyCopyNow")}</h2>
                <div class="${properties.kcAlertDescriptionClass!}"><p>${msg("apiKeyCopyNowText")}</p></div>
            </div>
            <div class="${properties.kcFormGroupClass!} pf-v5-u-mt-md">
                <label class="${properties.kcFormLabelTextClass!}" for="api-key">${msg("apiKeyValue", apiKeyName)}</label>
                <span class="${properties.kcInputClass!}">
                    <input id="api-key" type="text" value="${apiKey}" readonly autocomplete="off" spellcheck="false" data-api-key>
                </span>
                <p id="api-key-copied" class="pf-v5-c-helper-text" role="status" aria-live="polite" data-text="${msg("apiKeyCopied")}"></p>
            </div>
            <dl class="pf-v5-u-mb-md">
                <dt>${msg("apiKeyScopes")}</dt><dd>${apiKeyScope?has_content?then(apiKeyScope, msg("apiKeyScopesNone"))}</dd>
                <dt>${msg("apiKeyExpires")}</dt><dd>${apiKeyExpires?has_content?then(apiKeyExpires, msg("apiKeyExpiresNever"))}</dd>
            </dl>
            <button type="button" id="api-key-copy" class="${properties.kcButtonSecondaryClass!} ${properties.kcButtonBlockClass!} pf-v5-u-mb-md">${msg("apiKeyCopy")}</button>
            <script type="module" src="${url.resourcesPath}/js/api-key.js"></script>
        </#if>
        <form id="kc-api-key-done-form" class="${properties.kcFormClass!}" action="${url.loginAction}" method="post">
            <@buttons.actionGroup>
                <@buttons.button id="kc-done" name="done" label="apiKeyDone"/>
            </@buttons.actionGroup>
        </form>
    </#if>
</@layout.registrationLayout>
