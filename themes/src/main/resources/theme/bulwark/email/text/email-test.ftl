<#ftl output_format="plainText">
${msg("emailTestBody", realmName)}

${msg("bulwarkFooter")}
