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
            <@copied id="api-key" label="apiKeyValue" button="apiKeyCopy" rows=2 value=apiKey focused=true><q>${apiKeyName}</q></@copied>
            <@copied id="api-key-command" label="apiKeyCommand" button="apiKeyCopyCommand" rows=5 value=apiKeyCommand focused=false />
            <dl class="api-key-facts">
                <div><dt>${msg("apiKeyScopes")}</dt><dd>${apiKeyScope?has_content?then(apiKeyScope, msg("apiKeyScopesNone"))}</dd></div>
                <div><dt>${msg("apiKeyExpiresOn")}</dt><dd><#if apiKeyEnd?has_content><time datetime="${apiKeyEnd}" data-api-key-end>${apiKeyExpires}</time><#else>${msg("apiKeyExpiresNever")}</#if></dd></div>
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

<#-- A value to copy, by a button or by hand. -->
<#macro copied id label button rows value focused>
    <div class="${properties.kcFormGroupClass!}">
        <div class="${properties.kcFormGroupLabelClass!}">
            <label class="${properties.kcFormLabelTextClass!}" for="${id}">${msg(label)} <#nested></label>
        </div>
        <span class="${properties.kcInputClass!} pf-m-readonly pf-m-textarea">
            <textarea id="${id}" rows="${rows}" readonly<#if focused> autofocus</#if> autocomplete="off" autocapitalize="off" autocorrect="off" spellcheck="false" translate="no" data-api-key>${value}</textarea>
        </span>
    </div>
    <div class="api-key-copy" hidden>
        <button type="button" id="${id}-copy" class="${properties.kcButtonSecondaryClass!} ${properties.kcButtonBlockClass!}" data-copies="${id}">${msg(button)}</button>
    </div>
    <p id="${id}-copied" class="pf-v5-c-helper-text api-key-copied" role="status" data-copied="${msg("apiKeyCopied")}" data-failed="${msg("apiKeyCopyFailed")}"></p>
</#macro>
