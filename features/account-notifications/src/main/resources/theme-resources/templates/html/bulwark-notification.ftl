<#import "template.ftl" as layout>
<@layout.emailLayout>
<p>${msg(notification + ".body", realmName)}</p>
<p>
<#if name??>${msg("bulwarkNotification.name")}: ${name}<br></#if>
<#if end??>${msg("bulwarkNotification.end")}: ${end}<br></#if>
<#if device??>${msg("bulwarkNotification.device")}: ${device}<br></#if>
<#if address??>${msg("bulwarkNotification.address")}: ${address}<br></#if>
${msg("bulwarkNotification.time")}: ${time}
</p>
<p>${msg(notification + ".advice")}</p>
</@layout.emailLayout>
