<#import "template.ftl" as layout>
<#import "field.ftl" as field>
<#import "buttons.ftl" as buttons>
<@layout.registrationLayout displayMessage=!messagesPerField.existsError('name','scope','expires'); section>
    <#if section = "header">
        ${msg("apiKeyCreateTitle")}
    <#elseif section = "form">
        <p class="pf-v5-u-mb-md">${msg("apiKeyCreateText")}</p>
        <form id="kc-create-api-key-form" class="${properties.kcFormClass!}" action="${url.loginAction}" method="post" novalidate="novalidate" data-api-key-once>
            <@field.input name="name" label=msg("apiKeyName") value=apiKeyName required=true autofocus=true />

            <#assign scopeError = messagesPerField.existsError('scope')>
            <fieldset id="api-key-scopes" class="${properties.kcFormGroupClass!}" aria-describedby="api-key-scope-help">
                <legend class="${properties.kcFormLabelTextClass!}">${msg("apiKeyScopes")}</legend>
                <p id="api-key-scope-help" class="pf-v5-c-helper-text">${msg("apiKeyScopesHelp")}</p>
                <#list apiKeyScopes as scope>
                    <div class="pf-v5-c-check">
                        <input class="pf-v5-c-check__input" type="checkbox" id="scope-${scope?index}" name="scope" value="${scope.name()}" aria-describedby="scope-${scope?index}-name"<#if scopeError> aria-invalid="true"</#if><#if scope.chosen()> checked</#if>>
                        <label class="pf-v5-c-check__label" for="scope-${scope?index}">${scope.text()}</label>
                        <span class="pf-v5-c-check__description" id="scope-${scope?index}-name"><code translate="no">${scope.name()}</code></span>
                    </div>
                <#else>
                    <p>${msg("apiKeyNoScopes")}</p>
                </#list>
                <#if scopeError>
                    <div class="${properties.kcFormHelperTextClass!}" aria-live="polite">
                        <span id="input-error-scope" class="${properties.kcInputErrorMessageClass!}">${messagesPerField.get('scope')}</span>
                    </div>
                </#if>
            </fieldset>

            <@field.group name="expires" label=msg("apiKeyExpires") error=messagesPerField.get('expires')>
                <span class="${properties.kcInputClass!}<#if messagesPerField.existsError('expires')> ${properties.kcError!}</#if>">
                    <input id="expires" name="expires" type="date" value="${apiKeyExpires}" min="${apiKeyFirstDay}"<#if apiKeyLastDay?has_content> max="${apiKeyLastDay}"</#if> aria-describedby="api-key-expires-help"<#if messagesPerField.existsError('expires')> aria-invalid="true"</#if>>
                </span>
                <#-- Without its script the page does not know the time zone of the browser. -->
                <#if apiKeyMaxDays gt 0>
                    <p id="api-key-expires-help" class="pf-v5-c-helper-text" data-api-key-local="${msg("apiKeyExpiresMaxLocal", apiKeyMaxDays)}">${msg("apiKeyExpiresMax", apiKeyMaxDays)}</p>
                <#else>
                    <p id="api-key-expires-help" class="pf-v5-c-helper-text" data-api-key-local="${msg("apiKeyExpiresHelpLocal")}">${msg("apiKeyExpiresHelp")}</p>
                </#if>
                <input type="hidden" name="zone" value="" data-api-key-zone>
            </@field.group>
            <#if apiKeyMaxDays == 0>
                <div class="pf-v5-c-check" id="api-key-never">
                    <input class="pf-v5-c-check__input" type="checkbox" id="never" name="never" aria-describedby="never-text"<#if apiKeyNever> checked</#if>>
                    <label class="pf-v5-c-check__label" for="never">${msg("apiKeyNever")}</label>
                    <span class="pf-v5-c-check__description" id="never-text">${msg("apiKeyNeverText")}</span>
                </div>
            </#if>

            <@buttons.actionGroup>
                <@buttons.button id="kc-submit" name="create" label="apiKeyCreate"/>
                <#if isAppInitiatedAction??>
                    <@buttons.button id="kc-cancel" label="doCancel" name="cancel-aia" type="secondary"/>
                </#if>
            </@buttons.actionGroup>
        </form>
        <#if apiKeysPage?has_content>
            <p class="pf-v5-u-mt-md"><a id="api-keys-page" href="${apiKeysPage}">${msg("apiKeysPage")}</a></p>
        </#if>
        <script type="module" src="${url.resourcesPath}/js/api-key.js"></script>
    </#if>
</@layout.registrationLayout>
