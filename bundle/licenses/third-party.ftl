Software of others in this file. The texts of the licenses are in META-INF/LICENSE (Apache-2.0), in META-INF/licenses/
and, where a library is included as a jar of its own, in that jar. Where several licenses are named, each is a choice.

<#list dependencyMap as e>
<#assign p = e.getKey()/>
${p.groupId}:${p.artifactId}:${p.version} | ${e.getValue()?join(" or ")}<#if p.url?has_content> | ${p.url}</#if>
</#list>
