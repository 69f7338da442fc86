<#import "field.ftl" as field>
<#-- In the parent an empty box. Here a new password always ends the other sessions, for whoever knew the old one may have opened them;
     beside a new second factor the box is ticked and the user decides. The bundle says how many API keys the user has, and whether to tick
     the box that revokes them. -->
<#macro logoutOtherSessions>
    <#if pageId == "login-update-password">
        <input type="hidden" name="logout-sessions" value="on" />
        <p id="bw-other-sessions">${msg("bulwarkOtherSessions")}</p>
        <#if revocableApiKeys??>
            <div id="bw-revoke-keys" class="${properties.kcFormOptionsClass!}">
                <div class="${properties.kcFormOptionsWrapperClass!}">
                    <@field.checkbox name="revoke-api-keys" label=msg("bulwarkRevokeKeys", revocableApiKeys) value=revokeApiKeys />
                </div>
                <p class="pf-v5-c-helper-text">${msg("bulwarkRevokeKeysText")}</p>
            </div>
        </#if>
    <#else>
        <div id="kc-form-options" class="${properties.kcFormOptionsClass!}">
            <div class="${properties.kcFormOptionsWrapperClass!}">
                <@field.checkbox name="logout-sessions" label=msg("logoutOtherSessions") value=true />
            </div>
        </div>
    </#if>
</#macro>
