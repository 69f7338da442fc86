<#import "field.ftl" as field>
<#-- In the parent an empty box. Here a new password always ends the other sessions, for whoever knew the old one may have opened them;
     beside a new second factor the box is ticked and the user decides. -->
<#macro logoutOtherSessions>
    <#if pageId == "login-update-password">
        <input type="hidden" name="logout-sessions" value="on" />
        <p id="bw-other-sessions">${msg("bulwarkOtherSessions")}</p>
    <#else>
        <div id="kc-form-options" class="${properties.kcFormOptionsClass!}">
            <div class="${properties.kcFormOptionsWrapperClass!}">
                <@field.checkbox name="logout-sessions" label=msg("logoutOtherSessions") value=true />
            </div>
        </div>
    </#if>
</#macro>
