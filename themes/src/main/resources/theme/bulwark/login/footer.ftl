<#-- The parent leaves this file empty as the place for a theme's own footer. -->
<#macro content>
  <#assign bulwarkFooter = msg("bulwarkFooter")?trim>
  <#if bulwarkFooter?has_content>
    <p class="bw-footer">${bulwarkFooter}</p>
  </#if>
</#macro>
