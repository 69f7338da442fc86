<#ftl output_format="plainText">
${msg(notification + ".body", realmName)}

<#if name??>${msg("bulwarkNotification.name")}: ${name}
</#if>
<#if end??>${msg("bulwarkNotification.end")}: ${end}
</#if>
<#if device??>${msg("bulwarkNotification.device")}: ${device}
</#if>
<#if address??>${msg("bulwarkNotification.address")}: ${address}
</#if>
${msg("bulwarkNotification.time")}: ${time}

${msg(notification + ".advice")}
