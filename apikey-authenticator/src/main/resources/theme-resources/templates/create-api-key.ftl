<#import "template.ftl" as layout>
<#import "field.ftl" as field>
<#import "buttons.ftl" as buttons>
<@layout.registrationLayout displayMessage=!messagesPerField.existsError('name','scope','expires'); section>
    <#if section = "header">
        ${msg("apiKeyCreateTitle")}
    <#elseif section = "form">
        <p class="pf-v5-u-mb-md">${msg("apiKeyCreateText")}</p>
        <form id="kc-create-api-key-form" class="${properties.kcFormClass!}" action="${url.loginAction}" method="post" novalidate="novalidate">
            <@field.input name="name" label=msg("apiKeyName") value=apiKeyName required=true autofocus=true />

            <fieldset class="${properties.kcFormGroupClass!}" aria-describedby="api-key-scope-help">
                <legend class="${properties.kcFormLabelTextClass!}">${msg("apiKeyScopes")}</legend>
                <p id="api-key-scope-help" class="pf-v5-c-helper-text">${msg("apiKeyScopesHelp")}</p>
                <#list apiKeyScopes as scope>
                    <div class="pf-v5-c-check">
                        <input class="pf-v5-c-check__input" type="checkbox" id="scope-${scope?index}" name="scope" value="${scope.name}"<#if scope.chosen> checked</#if>>
                        <label class="pf-v5-c-check__label" for="scope-${scope?index}">${scope.name}</label>
                        <#if scope.description?has_content>
                            <span class="pf-v5-c-check__description">${scope.description}</span>
                        </#if>
                    </div>
                <#else>
                    <p>${msg("apiKeyNoScopes")}</p>
                </#list>
                <#if messagesPerField.existsError('scope')>
                    <div class="${properties.kcFormHelperTextClass!}" aria-live="polite">
                        <span id="input-error-scope" class="${properties.kcInputErrorMessageClass!}">${kcSanitize(messagesPerField.get('scope'))?no_esc}</span>
                    </div>
                </#if>
            </fieldset>

            <@field.group name="expires" label=msg("apiKeyExpires") error=kcSanitize(messagesPerField.get('expires'))>
                <span class="${properties.kcInputClass!}">
                    <input id="expires" name="expires" type="date" value="${apiKeyExpires}" min="${apiKeyFirstDay}"<#if apiKeyLastDay?has_content> max="${apiKeyLastDay}"</#if> aria-describedby="api-key-expires-help">
                </span>
                <p id="api-key-expires-help" class="pf-v5-c-helper-text">
                    <#if apiKeyMaxDays gt 0>${msg("apiKeyExpiresMax", apiKeyMaxDays)}<#else>${msg("apiKeyExpiresHelp")}</#if>
                </p>
            </@field.group>

            <@buttons.actionGroup horizontal=true>
                <@buttons.button id="kc-submit" name="create" label="apiKeyCreate"/>
                <#if isAppInitiatedAction??>
                    <@buttons.button id="kc-cancel" label="doCancel" name="cancel-aia" type="secondary"/>
                </#if>
            </@buttons.actionGroup>
        </form>
    </#if>
</@layout.registrationLayout>
