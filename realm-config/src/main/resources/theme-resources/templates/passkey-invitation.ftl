<#import "template.ftl" as layout>
<#import "buttons.ftl" as buttons>
<@layout.registrationLayout; section>
    <#if section = "header">
        ${msg("passkeyInvitationTitle")}
    <#elseif section = "form">
        <p class="pf-v5-u-mb-md">${msg("passkeyInvitationText")}</p>
        <form id="kc-passkey-invitation-form" class="${properties.kcFormClass!}" action="${url.loginAction}" method="post">
            <@buttons.actionGroup>
                <@buttons.button id="passkey-create" name="create" label="passkeyInvitationAccept"/>
                <@buttons.button id="passkey-decline" name="decline" label="passkeyInvitationDecline" type="secondary"/>
            </@buttons.actionGroup>
        </form>
    </#if>
</@layout.registrationLayout>
