<#import "template.ftl" as layout>
<#import "buttons.ftl" as buttons>
<@layout.registrationLayout displayMessage=false; section>
    <#if section = "header">
        ${msg("apiKeyCreatedTitle")}
    <#elseif section = "form">
        <#if apiKeyShown??>
            <p id="api-key-shown" class="pf-v5-u-mb-md">${msg("apiKeyShownAlready")}</p>
        <#else>
            <div class="pf-v5-c-alert pf-m-warning pf-m-inline pf-v5-u-mb-md">
                <div class="${properties.kcAlertIconClass!}"><i class="fas fa-fw fa-exclamation-triangle" aria-hidden="true"></i></div>
                <h2 class="${properties.kcAlertTitleClass!}">${msg("apiKeyCopyNow")}</h2>
                <div class="${properties.kcAlertDescriptionClass!}"><p>${msg("apiKeyCopyNowText")}</p></div>
            </div>
            <div class="${properties.kcFormGroupClass!}">
                <div class="${properties.kcFormGroupLabelClass!}">
                    <label class="${properties.kcFormLabelTextClass!}" for="api-key">${msg("apiKeyValue")} <q>${apiKeyName}</q></label>
                </div>
                <span class="${properties.kcInputClass!} pf-m-readonly pf-m-textarea">
                    <textarea id="api-key" rows="2" readonly autofocus autocomplete="off" autocapitalize="off" autocorrect="off" spellcheck="false" translate="no" data-api-key>${apiKey}</textarea>
                </span>
            </div>
            <div class="api-key-copy" hidden>
                <button type="button" id="api-key-copy" class="${properties.kcButtonSecondaryClass!} ${properties.kcButtonBlockClass!}">${msg("apiKeyCopy")}</button>
            </div>
            <p id="api-key-copied" class="pf-v5-c-helper-text" role="status" data-copied="${msg("apiKeyCopied")}" data-failed="${msg("apiKeyCopyFailed")}"></p>
            <dl class="api-key-facts">
                <div><dt>${msg("apiKeyScopes")}</dt><dd>${apiKeyScope?has_content?then(apiKeyScope, msg("apiKeyScopesNone"))}</dd></div>
                <div><dt>${msg("apiKeyExpiresOn")}</dt><dd>${apiKeyExpires?has_content?then(apiKeyExpires, msg("apiKeyExpiresNever"))}</dd></div>
            </dl>
            <script type="module" src="${url.resourcesPath}/js/api-key.js"></script>
        </#if>
        <form id="kc-api-key-done-form" class="${properties.kcFormClass!}" action="${url.loginAction}" method="post">
            <@buttons.actionGroup>
                <#if apiKeyShown??>
                    <@buttons.button id="kc-done" name="done" label="apiKeyContinue"/>
                <#else>
                    <@buttons.button id="kc-done" name="done" label="apiKeyDone"/>
                </#if>
            </@buttons.actionGroup>
        </form>
    </#if>
</@layout.registrationLayout>
