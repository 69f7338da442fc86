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

            <fieldset id="api-key-scopes" class="${properties.kcFormGroupClass!}" aria-describedby="api-key-scope-help">
                <legend class="${properties.kcFormLabelTextClass!}">${msg("apiKeyScopes")}</legend>
                <p id="api-key-scope-help" class="pf-v5-c-helper-text">${msg("apiKeyScopesHelp")}</p>
                <#list apiKeyScopes as scope>
                    <#-- A message that is in no bundle comes back as its key. -->
                    <#assign text = scope.consent()?has_content?then(advancedMsg(scope.consent()), "")>
                    <#if !text?has_content || scope.consent() == r"${" + text + "}"><#assign text = scope.description()></#if>
                    <div class="pf-v5-c-check">
                        <input class="pf-v5-c-check__input" type="checkbox" id="scope-${scope?index}" name="scope" value="${scope.name()}"<#if text?has_content> aria-describedby="scope-${scope?index}-text"</#if><#if scope.chosen()> checked</#if>>
                        <label class="pf-v5-c-check__label" for="scope-${scope?index}">${scope.name()}</label>
                        <#if text?has_content>
                            <span class="pf-v5-c-check__description" id="scope-${scope?index}-text">${text}</span>
                        </#if>
                    </div>
                <#else>
                    <p>${msg("apiKeyNoScopes")}</p>
                </#list>
                <#if messagesPerField.existsError('scope')>
                    <div class="${properties.kcFormHelperTextClass!}" aria-live="polite">
                        <span id="input-error-scope" class="${properties.kcInputErrorMessageClass!}">${messagesPerField.get('scope')}</span>
                    </div>
                </#if>
            </fieldset>

            <@field.group name="expires" label=msg("apiKeyExpires") error=messagesPerField.get('expires')>
                <span class="${properties.kcInputClass!}<#if messagesPerField.existsError('expires')> ${properties.kcError!}</#if>">
                    <input id="expires" name="expires" type="date" value="${apiKeyExpires}" min="${apiKeyFirstDay}"<#if apiKeyLastDay?has_content> max="${apiKeyLastDay}"</#if> aria-describedby="api-key-expires-help"<#if messagesPerField.existsError('expires')> aria-invalid="true"</#if>>
                </span>
                <p id="api-key-expires-help" class="pf-v5-c-helper-text">
                    <#if apiKeyMaxDays gt 0>${msg("apiKeyExpiresMax", apiKeyMaxDays)}<#else>${msg("apiKeyExpiresHelp")}</#if>
                </p>
            </@field.group>

            <@buttons.actionGroup>
                <@buttons.button id="kc-submit" name="create" label="apiKeyCreate"/>
                <#if isAppInitiatedAction??>
                    <@buttons.button id="kc-cancel" label="doCancel" name="cancel-aia" type="secondary"/>
                </#if>
            </@buttons.actionGroup>
        </form>
        <#if apiKeys?has_content>
            <section id="api-keys" aria-labelledby="api-keys-title">
                <h2 id="api-keys-title">${msg("apiKeysTitle")}</h2>
                <#list apiKeys as key>
                    <details>
                        <summary>${key.name()}<#if key.prefix()?has_content> <code>${key.prefix()}&hellip;</code></#if><#if !key.active()> (${msg("apiKeyInactive")})</#if></summary>
                        <form class="${properties.kcFormClass!}" action="${url.loginAction}" method="post" novalidate="novalidate" data-api-key-once>
                            <input type="hidden" name="key" value="${key.id()}">
                            <div class="${properties.kcFormGroupClass!}">
                                <label class="${properties.kcFormLabelTextClass!}" for="key-name-${key?index}">${msg("apiKeyName")}</label>
                                <span class="${properties.kcInputClass!}"><input id="key-name-${key?index}" name="name" type="text" value="${key.name()}" autocomplete="off"></span>
                            </div>
                            <button class="${properties.kcButtonSecondaryClass!}" type="submit" name="op" value="rename">${msg("apiKeyRename")}</button>
                            <#if key.replaceable()>
                                <div class="${properties.kcFormGroupClass!}">
                                    <label class="${properties.kcFormLabelTextClass!}" for="key-overlap-${key?index}">${msg("apiKeyOverlap")}</label>
                                    <span class="${properties.kcInputClass!}">
                                        <select id="key-overlap-${key?index}" name="overlap">
                                            <#list apiKeyOverlaps as overlap><option value="${overlap}">${msg("apiKeyOverlap" + overlap)}</option></#list>
                                        </select>
                                        <span class="${properties.kcFormControlUtilClass!}"><span class="${properties.kcFormControlToggleIcon!}"><i class="fas fa-caret-down" aria-hidden="true"></i></span></span>
                                    </span>
                                </div>
                                <button class="${properties.kcButtonSecondaryClass!}" type="submit" name="op" value="rotate">${msg("apiKeyReplace")}</button>
                            </#if>
                            <#if key.active()>
                                <button class="${properties.kcButtonSecondaryClass!}" type="submit" name="op" value="deactivate">${msg("apiKeyDeactivate")}</button>
                            <#else>
                                <button class="${properties.kcButtonSecondaryClass!}" type="submit" name="op" value="activate">${msg("apiKeyActivate")}</button>
                            </#if>
                        </form>
                    </details>
                </#list>
            </section>
        </#if>
        <script type="module" src="${url.resourcesPath}/js/api-key.js"></script>
    </#if>
</@layout.registrationLayout>
